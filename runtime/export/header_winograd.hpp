// Convolutions of 3 x 3 taps by Winograd's algorithm in an exported header, as text.
#pragma once

#include <string_view>

namespace tn {

inline constexpr std::string_view header_winograd = R"(
/// Six values of a row or column of pixels, three of taps and four of results: F(4, 3) of Lavin and Gray, "Fast
/// algorithms for convolutional neural networks", 2016.
inline void transform_pixels(const Vec (&d)[6], Vec (&to)[6]) {
    const Vec even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1], pair = d[4] - d[2], twice = 2.0f * (d[3] - d[1]);
    to[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = pair + twice;
    to[4] = pair - twice;
    to[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}
inline void transform_taps(Vec a, Vec b, Vec c, Vec (&to)[6]) {
    const Vec sum = (a + c) * (-1.0f / 6), middle = b * (1.0f / 6), outer = a * (1.0f / 24) + c * (1.0f / 6);
    to[0] = a * 0.25f;
    to[1] = sum - middle;
    to[2] = sum + middle;
    to[3] = outer + b * (1.0f / 12);
    to[4] = outer - b * (1.0f / 12);
    to[5] = c;
}
inline void transform_sums(const Vec (&m)[6], Vec (&to)[4]) {
    const Vec one = m[1] + m[2], less = m[1] - m[2], two = m[3] + m[4], less_two = m[3] - m[4];
    to[0] = m[0] + one + two;
    to[1] = less + 2.0f * less_two;
    to[2] = one + 4.0f * two;
    to[3] = less + 8.0f * less_two + m[5];
}

/// A convolution of 3 x 3 taps, one of padding on all sides. In has zeros as far as tiles of 4 x 4 positions reach.
/// `band` rows of tiles are computed together, in `strips` of P tiles. `weight` is that of Convolution; work has Scratch
/// values.
template <class In, class Out, Activation A, class Other, bool Pool, int band, int strips, int P, int Scratch> struct Winograd {
    static constexpr int factor = Pool ? 2 : 1, C = In::channels, F = Out::blocks > 1 ? 32 : 16;
    static constexpr int across = (factor * Out::width + 3) / 4, down = (factor * Out::height + 3) / 4, tiles = band * across;
    using Pixels = Blocked<C, 1, P>;
    using Sums = Blocked<F, 1, P>;
    using Point = Taps<1, 1, 1, 1, 0, 0, 1, 1>;
    static constexpr int pixels = Pixels::blocks * Pixels::block, sums = Sums::blocks * Sums::block;
    static constexpr int all_pixels = strips * 36 * pixels, all_taps = 36 * F * C, all_sums = 36 * sums;
    static_assert(Scratch >= all_pixels + all_taps + all_sums + F && strips * P >= tiles);

    /// The tiles of `band` rows from row `first` on: [strip][36][C / 16][P][16].
    static void pixels_of(const float* x, float* to, int first) {
        for (int t = 0; t < strips * P; ++t) {
            const int row = first + t / across, column = t % across;
            float* strip = to + t / P * 36 * pixels + t % P * 16;
            const bool inside = t < tiles && row < down;
            for (int v = 0; v < In::vectors; ++v) {
                Vec half[6][6], line[6], out[6];
                const float* from = x + In::vector(v) + In::at(4 * row - 1, 4 * column - 1);
                for (int i = 0; i < 6; ++i) {
                    for (int j = 0; j < 6; ++j) line[j] = inside ? load(from + (i * In::columns + j) * 16) : Vec{};
                    transform_pixels(line, half[i]);
                }
                for (int j = 0; j < 6; ++j) {
                    for (int i = 0; i < 6; ++i) line[i] = half[i][j];
                    transform_pixels(line, out);
                    for (int i = 0; i < 6; ++i) store(strip + (6 * i + j) * pixels + Pixels::vector(v), out[i]);
                }
            }
        }
    }
    /// The weights of F filters from block f on: [36][F / 16][C][16].
    static void taps_of(const float* weight, float* to, int f) {
        for (int n = 0; n < F / 16 && f + n < Out::blocks; ++n)
            for (int c = 0; c < C; ++c)
                for (int v = 0; v < 16; v += lanes) {
                    const int b = c / 16, each = In::in_block(b) * 16;
                    const float* from = weight + (f + n) * C * 144 + b * 16 * 144 + c % 16 * 16 + v;
                    Vec half[3][6], out[6];
                    for (int i = 0; i < 3; ++i, from += 3 * each)
                        transform_taps(load(from), load(from + each), load(from + 2 * each), half[i]);
                    for (int j = 0; j < 6; ++j) {
                        transform_taps(half[0][j], half[1][j], half[2][j], out);
                        for (int i = 0; i < 6; ++i) store(to + (6 * i + j) * F * C + (n * C + c) * 16 + v, out[i]);
                    }
                }
    }
    /// The results of tile number t of its strip at the tile's row and column, filters from vector v on.
    static void results_of(const float* from, const float* bias, const float* other, float* y, int row, int column) {
        static_cast<void>(other);
        Vec half[4][6], line[6], out[4], result[4][4];
        for (int j = 0; j < 6; ++j) {
            for (int i = 0; i < 6; ++i) line[i] = load(from + (6 * i + j) * sums);
            transform_sums(line, out);
            for (int i = 0; i < 4; ++i) half[i][j] = out[i];
        }
        for (int i = 0; i < 4; ++i) {
            transform_sums(half[i], result[i]);
            for (int j = 0; j < 4; ++j) result[i][j] += load(bias);
        }
        constexpr int side = 4 / factor;
        for (int i = 0; i < side && side * row + i < Out::height; ++i)
            for (int j = 0; j < side && side * column + j < Out::width; ++j) {
                const int at = Out::at(side * row + i, side * column + j);
                if constexpr (Pool) {
                    const Vec *above = result[2 * i] + 2 * j, *below = result[2 * i + 1] + 2 * j;
                    store(y + at, activate<A>(larger(larger(above[0], above[1]), larger(below[0], below[1]))));
                } else {
                    if constexpr (is_layout<Other>)
                        result[i][j] += load(other + Other::at(side * row + i, side * column + j));
                    store(y + at, activate<A>(result[i][j]));
                }
            }
    }
    static void run(const float* x, const float* weight, const float* bias, const float* other, float* y, float* work) {
        float *const taps = work + all_pixels, *const products = taps + all_taps, *const zeros = products + all_sums;
        if constexpr (Out::has_border) clear_border<Out>(y);
        for (int i = 0; i < F; ++i) zeros[i] = 0.0f;
        for (int i = 0; i < all_taps; ++i) taps[i] = 0.0f;
        for (int first = 0; first < down; first += band) {
            pixels_of(x, work, first);
            for (int f = 0; f < Out::blocks; f += F / 16) {
                taps_of(weight, taps, f);
                for (int strip = 0; strip < strips; ++strip) {
                    for (int k = 0; k < 36; ++k)
                        Convolution<Pixels, Sums, Point, linear>::run(work + (strip * 36 + k) * pixels, taps + k * F * C,
                                                                      zeros, nullptr, products + k * sums);
                    for (int p = 0; p < P; ++p) {
                        const int t = strip * P + p, row = first + t / across;
                        if (t >= tiles || row >= down) break;
                        for (int v = f * 16 / lanes; v < f * 16 / lanes + F / lanes && v < Out::vectors; ++v) {
                            const float* from = products + Sums::vector(v - f * 16 / lanes) + p * 16;
                            const float* addend = other;
                            if constexpr (is_layout<Other>) addend += Other::vector(v);
                            results_of(from, bias + v * lanes, addend, y + Out::vector(v), row, t % across);
                        }
                    }
                }
            }
        }
    }
};
)";

}  // namespace tn
