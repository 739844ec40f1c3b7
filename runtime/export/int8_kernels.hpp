// The loops of an exported header that runs on bytes, as text.
#pragma once

#include <string_view>

namespace tn {

inline constexpr std::string_view int8_layouts = R"(
/// C images of H x W bytes, Pixel channels innermost, with bytes that stand for zero around them:
/// [C / Pixel][rows][columns][Pixel].
template <int C, int H, int W, int Pixel, int Top = 0, int Left = 0, int Bottom = 0, int Right = 0> struct Bytes {
    static constexpr int channels = C, height = H, width = W, rows = Top + H + Bottom, columns = Left + W + Right;
    static constexpr int top = Top, left = Left, pixel = Pixel, blocks = (C + Pixel - 1) / Pixel, block = rows * columns * Pixel;
    static constexpr int vectors = (C + lanes - 1) / lanes;
    static constexpr int at(int row, int column) { return ((row + Top) * columns + column + Left) * Pixel; }
    static constexpr int vector(int v) { return v * lanes / 16 * block + v * lanes % 16; }
    static constexpr int channel(int c) { return c / Pixel * block + c % Pixel; }
    /// How many fours of a block's channels there are, or of KW taps in a row.
    static constexpr int fours(int b, int kw) { return Pixel == 1 ? (kw + 3) / 4 : ((C - Pixel * b < Pixel ? C - Pixel * b : Pixel) + 3) / 4; }
    template <class T> static constexpr int all_fours() {
        int all = 0;
        for (int b = 0; b < blocks; ++b) all += fours(b, T::width);
        return all * T::height * (Pixel == 1 ? 1 : T::width);
    }
};
/// Floats as planes: [C][H][W].
template <int C, int H, int W> struct Planes {
    static constexpr int channels = C, height = H, width = W, pixel = 1, vectors = (C + lanes - 1) / lanes;
    static constexpr int at(int row, int column) { return row * W + column; }
    static constexpr int vector(int v) { return v * lanes * H * W; }
    static constexpr int channel(int c) { return c * H * W; }
};
template <class L> struct Holds {
    using type = Byte;
};
template <int C, int H, int W> struct Holds<Planes<C, H, W>> {
    using type = float;
};

/// `zero` around the images.
template <class L> inline void fill_border(Byte* y, int zero) {
    if constexpr (L::rows * L::columns > L::height * L::width) {
        for (int b = 0; b < L::blocks; ++b)
            for (int row = 0; row < L::rows; ++row) {
                const bool inside = row >= L::top && row < L::top + L::height;
                Byte* to = y + b * L::block + row * L::columns * L::pixel;
                const int first = inside ? L::left * L::pixel : L::columns * L::pixel, last = (L::left + L::width) * L::pixel;
                for (int i = 0; i < first; ++i) to[i] = static_cast<Byte>(zero);
                for (int i = last; inside && i < L::columns * L::pixel; ++i) to[i] = static_cast<Byte>(zero);
            }
    }
}

/// Floats as bytes: x * scale + zero, rounded.
template <class In, class Out> inline void quantise(const float* x, Byte* y, float scale, int zero) {
    fill_border<Out>(y, zero);
    for (int c = 0; c < In::channels; ++c)
        for (int row = 0; row < In::height; ++row) {
            const float* from = x + In::channel(c) + In::at(row, 0);
            Byte* to = y + Out::channel(c) + Out::at(row, 0);
            for (int column = 0; column < In::width; ++column) {
                const float v = from[column] * scale + (zero + 0.5f);
                to[column * Out::pixel] = static_cast<Byte>(static_cast<int>(v > 255 ? 255.0f : v > 0 ? v : 0.0f));
            }
        }
}
/// Bytes as floats.
template <class In, class Out> inline void dequantise(const Byte* x, float* y, float scale, int zero) {
    for (int c = 0; c < In::channels; ++c)
        for (int row = 0; row < In::height; ++row)
            for (int column = 0; column < In::width; ++column)
                y[Out::channel(c) + Out::at(row, column)] = scale * (x[In::channel(c) + In::at(row, column)] - zero);
}
)";

inline constexpr std::string_view int8_convolution = R"(
/// Sums of a tile, of I / N positions and N vectors V: from bias, over all taps and channels of x. weight is
/// [F / 16][all fours][16][4]. In an image of one channel the four are neighbours in a row.
template <class In, class T, int N, int... I, int... V>
inline void int8_sums(const Byte* x, const Weight* weight, const int* bias, Ints* sums, Indices<I...>, Indices<V...>) {
    constexpr int panel = In::template all_fours<T>() * 64, across = In::pixel == 1 ? 1 : T::width;
    Ints sum[sizeof...(I)] = {load(bias + I % N * lanes)...};
    for (int b = 0; b < In::blocks; ++b)
        for (int i = 0; i < T::height; ++i)
            for (int j = 0; j < across; ++j) {
                const Byte* from = x + b * In::block + (i * T::apart_h * In::columns + j * T::apart_w) * In::pixel;
                for (int four = 0; four < In::fours(b, T::width); ++four, from += 4, weight += 64) {
                    const Weights part[N] = {weights(weight + V * lanes / 16 * panel + V * lanes % 16 * 4)...};
                    ((sum[I] = dot(sum[I], from + I / N * T::step_w * In::pixel, part[I % N])), ...);
                }
            }
    ((sums[I] = sum[I]), ...);
}

/// A convolution, or a dense layer, whose taps are all pixels; with Pool, of the largest sums of 2 x 2 positions.
template <class In, class Out, class T, bool Pool = false> struct Int8Convolution {
    using To = typename Holds<Out>::type;
    static constexpr int panel = In::template all_fours<T>() * 64, wide = Pool ? 2 * Out::width : Out::width;
    static constexpr Tile best = best_tile(wide, Out::vectors, Pool ? 2 : 1);

    static void write(To* y, int v, Ints sum, const float* scale, Range range) {
        if constexpr (sizeof(To) == 1 || (Out::height * Out::width == 1 && Out::channels % lanes == 0)) {
            put(y, sum, scale, range);
        } else {
            float each[lanes];
            put(each, sum, scale, range);
            for (int i = 0; i < lanes && v * lanes + i < Out::channels; ++i) y[i * Out::height * Out::width] = each[i];
        }
    }
    template <int P, int N> static void one(const Byte* x, const Weight* weight, const int* bias, const float* scale, To* y, int v, Range range) {
        Ints sum[P * N];
        int8_sums<In, T, N>(x, weight, bias, sum, Indices_to<P * N>{}, Indices_to<N>{});
        if constexpr (Pool) {
            Ints below[P * N];
            int8_sums<In, T, N>(x + T::step_h * In::columns * In::pixel, weight, bias, below, Indices_to<P * N>{}, Indices_to<N>{});
            for (int p = 0; p < P / 2; ++p)
                for (int n = 0; n < N; ++n) {
                    const int left = 2 * p * N + n, right = left + N;
                    write(y + Out::vector(v + n) - Out::vector(v) + p * Out::pixel, v + n,
                          larger(larger(sum[left], sum[right]), larger(below[left], below[right])), scale + n * lanes, range);
                }
        } else {
            for (int p = 0; p < P; ++p)
                for (int n = 0; n < N; ++n)
                    write(y + Out::vector(v + n) - Out::vector(v) + p * Out::pixel, v + n, sum[p * N + n], scale + n * lanes, range);
        }
    }
    template <int N> static void row(const Byte* x, const Weight* weight, const int* bias, const float* scale, To* y, int v, int r, Range range) {
        constexpr int P = best.positions, rest = wide % P, factor = Pool ? 2 : 1;
        y += Out::vector(v) + Out::at(r, 0);
        x += In::at(factor * r * T::step_h - T::top, -T::left);
        weight += v * lanes / 16 * panel + v * lanes % 16 * 4;
        bias += v * lanes, scale += v * lanes;
        int p = 0;
        for (; p + P <= wide; p += P)
            one<P, N>(x + p * T::step_w * In::pixel, weight, bias, scale, y + p / factor * Out::pixel, v, range);
        if constexpr (rest > 0)
            one<rest, N>(x + p * T::step_w * In::pixel, weight, bias, scale, y + p / factor * Out::pixel, v, range);
    }
    static void run(const Byte* x, const Weight* weight, const int* bias, const float* scale, To* y, int zero, Range range) {
        constexpr int N = best.vectors, rest = Out::vectors % N, whole = Out::vectors - rest;
        if constexpr (sizeof(To) == 1) fill_border<Out>(y, zero);
        constexpr bool all_at_hand = panel * ((Out::channels + 15) / 16) <= 32768;  // weights stay in the first cache
        constexpr int rows = all_at_hand ? 1 : Out::height, bands = Out::height / rows;
        for (int band = 0; band < bands; ++band) {
            for (int v = 0; v < whole; v += N)
                for (int r = 0; r < rows; ++r) row<N>(x, weight, bias, scale, y, v, band + r, range);
            if constexpr (rest > 0)
                for (int r = 0; r < rows; ++r) row<rest>(x, weight, bias, scale, y, whole, band + r, range);
        }
    }
};
)";

inline constexpr std::string_view int8_depthwise = R"(
/// P positions of one vector of channels, each with its own taps, two of a row at a time.
template <class In, class T, int... P>
inline void int8_depthwise_tile(const Byte* x, const Weight* weight, const int* bias, const float* scale, Byte* y, Range range,
                                Indices<P...>) {
    Ints sum[] = {(static_cast<void>(P), load(bias))...};
    for (int i = 0; i < T::height; ++i, x += T::apart_h * In::columns * 16)
        for (int j = 0; j < T::width; j += 2, weight += 32) {
            const Weights taps = pairs_of_weights(weight);
            const Byte* from = x + j * T::apart_w * 16;
            if (j + 1 < T::width)
                ((sum[P] = dot_pairs(sum[P], pair(wide(from + P * T::step_w * 16), wide(from + (P * T::step_w + T::apart_w) * 16)), taps)), ...);
            else
                ((sum[P] = dot_pairs(sum[P], wide(from + P * T::step_w * 16), taps)), ...);
        }
    (put(y + P * 16, sum[P], scale, range), ...);
}

/// Every channel by its own window: weight [C / 16][rows][columns / 2][16][2].
template <class In, class Out, class T>
inline void int8_depthwise(const Byte* x, const Weight* weight, const int* bias, const float* scale, Byte* y, int zero, Range range) {
    constexpr int runs = (Out::width + 7) / 8, P = (Out::width + runs - 1) / runs, rest = Out::width % P;
    fill_border<Out>(y, zero);
    for (int v = 0; v < Out::vectors; ++v) {
        const Weight* taps = weight + v * lanes / 16 * T::height * ((T::width + 1) / 2) * 32 + v * lanes % 16 * 2;
        for (int row = 0; row < Out::height; ++row) {
            const Byte* from = x + In::vector(v) + In::at(row * T::step_h - T::top, -T::left);
            Byte* to = y + Out::vector(v) + Out::at(row, 0);
            int p = 0;
            for (; p + P <= Out::width; p += P)
                int8_depthwise_tile<In, T>(from + p * T::step_w * 16, taps, bias + v * lanes, scale + v * lanes, to + p * 16, range, Indices_to<P>{});
            if constexpr (rest > 0)
                int8_depthwise_tile<In, T>(from + p * T::step_w * 16, taps, bias + v * lanes, scale + v * lanes, to + p * 16, range, Indices_to<rest>{});
        }
    }
}
)";

}  // namespace tn
