// Convolutions of an exported header, as text: sums in registers over blocked weights.
#pragma once

#include <string_view>

namespace tn {

inline constexpr std::string_view header_tiles = R"(
/// KH x KW taps, DH and DW apart, SH rows and SW columns further from position to position, with Top rows and Left
/// columns of zeros before the image.
template <int KH, int KW, int SH, int SW, int Top, int Left, int DH, int DW> struct Taps {
    static constexpr int height = KH, width = KW, count = KH * KW, step_h = SH, step_w = SW, top = Top, left = Left;
    static constexpr int apart_h = DH, apart_w = DW;
};

/// How many positions and vectors of filters one loop computes.
struct Tile {
    int positions, vectors;
};
/// Half cycles of one channel of a tile: products and loads go two at a time, and a sum waits for the one before.
constexpr int cost(int positions, int vectors) {
    const int products = positions * vectors, loads = positions + vectors, least = registers / 2;
    const int most = products > loads ? products : loads;
    return most > least ? most : least;
}
/// The tile of the least time for `vectors` at a row of positions, a multiple of `multiple` of them.
constexpr Tile best_tile(int positions, int vectors, int multiple) {
    Tile best{multiple, 1};
    long long least = -1;
    for (int n = 1; n <= 8 && n <= vectors; n = n < 4 ? n + 1 : 2 * n)
        for (int p = multiple; p <= positions && !(lanes < 16 && n == 3); p += multiple) {
            if (p * n + n + (lanes == 4 ? 2 : 1) > registers && p > 1) break;
            const int tiles = positions / p, rest = positions % p, group = vectors % n;
            long long time = static_cast<long long>(vectors / n) * (tiles * cost(p, n) + (rest ? cost(rest, n) : 0));
            if (group) time += tiles * cost(p, group) + (rest ? cost(rest, group) : 0);
            if (least < 0 || time < least) {
                least = time;
                best = Tile{p, n};
            }
        }
    return best;
}
)";

inline constexpr std::string_view header_convolution = R"(
template <class Layout> inline constexpr bool is_layout = true;
template <> inline constexpr bool is_layout<void> = false;

/// One tile, of I / N positions and N vectors V: from bias, over all taps and channels of x. weight is [F / 16][all][16].
template <class In, class Out, class T, int N, Activation A, class Other, class W, int... I, int... V>
inline void tile(const float* x, const W* weight, const float* bias, const float* other, float* y, Indices<I...>,
                 Indices<V...>) {
    constexpr int panel = In::channels * T::count * 16;
    Vec sum[sizeof...(I)] = {load(bias + I % N * lanes)...};
    for (int b = 0; b < In::blocks; ++b)
        for (int i = 0; i < T::height; ++i)
            for (int j = 0; j < T::width; ++j) {
                const float* from = x + b * In::block + (i * T::apart_h * In::columns + j * T::apart_w) * In::pixel;
                for (int c = 0; c < In::in_block(b); ++c, weight += 16) {
                    const Vec part[N] = {load(weight + V * lanes / 16 * panel + V * lanes % 16)...};
                    ((sum[I] += part[I % N] * from[c * In::step + I / N * T::step_w * In::pixel]), ...);
                }
            }
    if constexpr (is_layout<Other>) ((sum[I] += load(other + I / N * 16 + Other::vector(I % N))), ...);
    (store(y + I / N * Out::pixel + Out::vector(I % N), activate<A>(sum[I])), ...);
}

/// A convolution, or a dense layer, whose taps are all pixels. With a layout for it, `other` is added;
/// with Pool, the largest values of 2 x 2 positions are kept.
template <class In, class Out, class T, Activation A, class Other = void, bool Pool = false> struct Convolution {
    static constexpr int panel = In::channels * T::count * 16, wide = Pool ? 2 * Out::width : Out::width;
    static constexpr Tile best = best_tile(wide, Out::vectors, Pool ? 2 : 1);

    template <int P, int N, class W>
    static void one(const float* x, const W* weight, const float* bias, const float* other, float* y) {
        if constexpr (Pool) {
            using Pair = Blocked<(N * lanes + 15) / 16 * 16, 2, P>;
            float pair[Pair::blocks * Pair::block];
            for (int row = 0; row < 2; ++row)
                tile<In, Pair, T, N, A, void>(x + row * T::step_h * In::columns * In::pixel, weight, bias, other,
                                               pair + Pair::at(row, 0), Indices_to<P * N>{}, Indices_to<N>{});
            for (int v = 0; v < N; ++v)
                for (int p = 0; p < P / 2; ++p) {
                    const float *above = pair + Pair::vector(v) + Pair::at(0, 2 * p), *below = above + P * 16;
                    store(y + Out::vector(v) + p * 16, larger(larger(load(above), load(above + 16)),
                                                              larger(load(below), load(below + 16))));
                }
        } else {
            tile<In, Out, T, N, A, Other>(x, weight, bias, other, y, Indices_to<P * N>{}, Indices_to<N>{});
        }
    }
    template <int N, class W>
    static void row(const float* x, const W* weight, const float* bias, const float* other, float* y, int v, int r) {
        constexpr int P = best.positions, rest = wide % P, factor = Pool ? 2 : 1;
        y += Out::vector(v) + Out::at(r, 0);
        if constexpr (is_layout<Other>) other += Other::vector(v) + Other::at(r, 0);
        x += In::at(factor * r * T::step_h - T::top, -T::left);
        weight += v * lanes / 16 * panel + v * lanes % 16;
        bias += v * lanes;
        int p = 0;
        for (; p + P <= wide; p += P)
            one<P, N>(x + p * T::step_w * In::pixel, weight, bias, is_layout<Other> ? other + p * 16 : other, y + p / factor * 16);
        if constexpr (rest > 0)
            one<rest, N>(x + p * T::step_w * In::pixel, weight, bias, is_layout<Other> ? other + p * 16 : other, y + p / factor * 16);
    }
    template <class W> static void run(const float* x, const W* weight, const float* bias, const float* other, float* y) {
        constexpr int N = best.vectors, rest = Out::vectors % N, whole = Out::vectors - rest;
        if constexpr (Out::has_border) clear_border<Out>(y);
        if constexpr (panel * Out::blocks <= 8192) {  // all weights stay in the first cache, for every row
            for (int r = 0; r < Out::height; ++r) {
                for (int v = 0; v < whole; v += N) row<N>(x, weight, bias, other, y, v, r);
                if constexpr (rest > 0) row<rest>(x, weight, bias, other, y, whole, r);
            }
        } else {
            for (int v = 0; v < whole; v += N)
                for (int r = 0; r < Out::height; ++r) row<N>(x, weight, bias, other, y, v, r);
            if constexpr (rest > 0)
                for (int r = 0; r < Out::height; ++r) row<rest>(x, weight, bias, other, y, whole, r);
        }
    }
};
)";

inline constexpr std::string_view header_depthwise = R"(
/// P positions of one vector of channels, each with its own taps.
template <class In, class T, Activation A, class W, int... P, int... J, int... I>
inline void depthwise_tile(const float* x, const W* weight, const float* bias, float* y, Indices<P...>, Indices<J...>,
                           Indices<I...>) {
    constexpr int N = sizeof...(P);
    Vec sum[N] = {(static_cast<void>(P), load(bias))...};
    for (int i = 0; i < T::height; ++i, x += T::apart_h * In::columns * 16, weight += T::width * 16) {
        const Vec tap[] = {load(weight + J * 16)...};
        ((sum[I % N] += tap[I / N] * load(x + (I % N * T::step_w + I / N * T::apart_w) * 16)), ...);
    }
    (store(y + P * 16, activate<A>(sum[P])), ...);
}

/// Every channel by its own window: weight [C / 16][taps][16].
template <class In, class Out, class T, Activation A, class W>
inline void depthwise(const float* x, const W* weight, const float* bias, float* y) {
    constexpr int most = registers - T::width - 1 < 14 ? (registers - T::width - 1 < 4 ? 4 : registers - T::width - 1) : 14;
    constexpr int runs = (Out::width + most - 1) / most, P = (Out::width + runs - 1) / runs, rest = Out::width % P;
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int v = 0; v < Out::vectors; ++v) {
        const W* taps = weight + v * lanes / 16 * T::count * 16 + v * lanes % 16;
        for (int row = 0; row < Out::height; ++row) {
            const float* from = x + In::vector(v) + In::at(row * T::step_h - T::top, -T::left);
            float* to = y + Out::vector(v) + Out::at(row, 0);
            int p = 0;
            for (; p + P <= Out::width; p += P)
                depthwise_tile<In, T, A>(from + p * T::step_w * 16, taps, bias + v * lanes, to + p * 16,
                                         Indices_to<P>{}, Indices_to<T::width>{}, Indices_to<P * T::width>{});
            if constexpr (rest > 0)
                depthwise_tile<In, T, A>(from + p * T::step_w * 16, taps, bias + v * lanes, to + p * 16,
                                         Indices_to<rest>{}, Indices_to<T::width>{}, Indices_to<rest * T::width>{});
        }
    }
}
)";

}  // namespace tn
