// Convolutions and dense layers on bytes, by tiles whose sums stay in registers.
#if defined(TN_CPU_INT8_CONVOLUTION_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_CONVOLUTION_INL
#undef TN_CPU_INT8_CONVOLUTION_INL
#else
#define TN_CPU_INT8_CONVOLUTION_INL
#endif

#include <algorithm>
#include <array>

#include "runtime/cpu/int8/border-inl.hpp"
#include "runtime/cpu/int8/vectors-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sums of P positions, `step` bytes from each other, with N panels of weights: finish(i, part) for each of their
/// parts [P][N][parts]. I: of these; V: of those of one position. All in one function, or g++ keeps the sums in memory.
template <int P, int N, class Finish, int... I, int... V>
TN_INLINE void sum_products(const ByteConvolution& c, const std::uint8_t* x, Index step, int panel,
                            const Finish& finish, Indices<I...>, Indices<V...>) {
    constexpr int each = N * parts;
    const Index size = Index{c.fours} * 64;
    const std::int8_t* weight = c.weight + panel * size;
    const int *bias = c.bias + Index{panel} * 16, *offset = c.offsets;
    Part sum[] = {load(bias + I % each * TN_LANES)...};
    for (int four = 0; four < c.fours; ++four, weight += 64) {
        const std::uint8_t* from = x + offset[four];
        const Part factor[] = {weights(weight + V / parts * size + V % parts * 4 * TN_LANES)...};
        ((sum[I] = dot(sum[I], four_bytes(from + I / each * step), factor[I % each])), ...);
    }
    (finish(I, sum[I]), ...);
}

/// A tile whose sums become bytes.
template <int N> struct ToBytes {
    std::uint8_t* y;
    const float* scale;
    Index block;
    ByteRange range;
    TN_INLINE void operator()(int i, Part sum) const {
        const int each = i % (N * parts);
        put(y + each / parts * block + i / (N * parts) * 16 + each % parts * TN_LANES, sum, scale + each * TN_LANES,
            range);
    }
};
template <int P, int N>
void bytes_tile(const ByteConvolution& c, const std::uint8_t* x, Index step, int panel, std::uint8_t* y) {
    sum_products<P, N>(c, x, step, panel, ToBytes<N>{y, c.scale + Index{panel} * 16, c.out.block(), c.range},
                       IndicesTo<P * N * parts>{}, IndicesTo<N * parts>{});
}

/// A tile whose sums are to be seen: [P][N][16].
struct ToSums {
    int* sums;
    TN_INLINE void operator()(int i, Part sum) const { store(sums + i * TN_LANES, sum); }
};
template <int P, int N>
void sums_tile(const ByteConvolution& c, const std::uint8_t* x, Index step, int panel, int* sums) {
    sum_products<P, N>(c, x, step, panel, ToSums{sums}, IndicesTo<P * N * parts>{}, IndicesTo<N * parts>{});
}

struct Tiles {
    void (*bytes)(const ByteConvolution&, const std::uint8_t*, Index, int, std::uint8_t*);
    void (*sums)(const ByteConvolution&, const std::uint8_t*, Index, int, int*);
};
/// By positions - 1.
template <int N, int... P> constexpr std::array<Tiles, 14> tiles_of(Indices<P...>) {
    return {{{bytes_tile<P + 1, N>, sums_tile<P + 1, N>}...}};
}
template <int N> inline constexpr auto tiles_with = tiles_of<N>(IndicesTo<tile_positions[N - 1]>{});
inline const Tiles& tiles(int positions, int panels) {
    switch (panels) {
#if TN_LANES == 16
        case 4: return tiles_with<4>[positions - 1];
        case 3: return tiles_with<3>[positions - 1];
        case 2: return tiles_with<2>[positions - 1];
#endif
        default: return tiles_with<1>[positions - 1];
    }
}

/// Where the tiles of a convolution lie, with what it has of rows: one that looks at single pixels of an image without
/// anything around it has all of them in one.
struct TileRows {
    int count, width;
    Index step;

    explicit TileRows(const ByteConvolution& c)
        : count(c.out.height), width(c.out.width), step(Index{c.window.stride_w} * c.in.pixel) {
        const bool one =
            c.window.is_pixel() && !c.pools && c.out.pixel > 0 && c.in.pad == Padding{} && c.out.pad == Padding{};
        if (one) width *= count, count = 1;
    }
};

inline void row_of_bytes(const ByteConvolution& c, const TileRows& rows, const std::uint8_t* x, int panel, int panels,
                         std::uint8_t* y) {
    for (int p = 0; p < rows.width;) {
        const int positions = std::min(c.positions, rows.width - p);
        tiles(positions, panels).bytes(c, x + p * rows.step, rows.step, panel, y + Index{p} * 16);
        p += positions;
    }
}

/// Maxima of two positions of two rows each.
inline void row_of_maxima(const ByteConvolution& c, const TileRows& rows, const std::uint8_t* x, int panel, int panels,
                          std::uint8_t* y) {
    alignas(64) int sums[2][28 * 16];
    const Index below = Index{c.window.stride_h} * c.in.columns() * c.in.pixel;
    for (int p = 0; p < 2 * rows.width;) {
        const int positions = std::min(c.positions, 2 * rows.width - p);
        const Tiles& tile = tiles(positions, panels);
        for (int row = 0; row < 2; ++row) tile.sums(c, x + row * below + p * rows.step, rows.step, panel, sums[row]);
        for (int i = 0; i < positions; i += 2)
            for (int n = 0; n < panels; ++n) {
                const int left = (i * panels + n) * 16, right = left + panels * 16;
                for (int k = 0; k < 16; k += TN_LANES)
                    store(sums[0] + left + k, larger(larger(load(sums[0] + left + k), load(sums[0] + right + k)),
                                                     larger(load(sums[1] + left + k), load(sums[1] + right + k))));
                put_sums(y + n * c.out.block() + Index{p + i} / 2 * 16, sums[0] + left, c.scale + Index{panel + n} * 16,
                         c.range);
            }
        p += positions;
    }
}

/// Floats go to planes.
inline void row_of_floats(const ByteConvolution& c, const TileRows& rows, const std::uint8_t* x, int panel, int panels,
                          float* y) {
    alignas(64) int sums[28 * 16];
    alignas(64) float values[16];
    const Index plane = Index{c.out.height} * c.out.width;
    for (int p = 0; p < rows.width;) {
        const int positions = std::min(c.positions, rows.width - p);
        tiles(positions, panels).sums(c, x + p * rows.step, rows.step, panel, sums);
        for (int i = 0; i < positions; ++i)
            for (int n = 0; n < panels; ++n) {
                const int first = (panel + n) * 16;
                put_sums(values, sums + (i * panels + n) * 16, c.scale + first, c.range);
                for (int k = 0; k < 16 && first + k < c.out.channels; ++k) y[(first + k) * plane + p + i] = values[k];
            }
        p += positions;
    }
}

inline void convolve(const ByteConvolution& c, const std::uint8_t* x, void* y) {
    if (c.out.pixel > 0) fill_border(c.out, static_cast<int>(c.range.zero), static_cast<std::uint8_t*>(y));
    const TileRows rows(c);
    const int all = (c.out.channels + 15) / 16, factor = c.pools ? 2 : 1;
    // Where all weights stay in the first cache, the panels of a row follow each other; else its rows those of a panel.
    const bool by_row = Index{all} * c.fours * 64 <= 32768;
    const int bands = by_row ? rows.count : 1, rows_in_band = rows.count / bands;
    for (int band = 0; band < bands; ++band)
        for (int panel = 0; panel < all; panel += c.panels)
            for (int i = 0; i < rows_in_band; ++i) {
                const int row = band + i, panels = std::min(c.panels, all - panel);
                const std::uint8_t* from =
                    x + c.in.at(factor * row * c.window.stride_h - c.window.pad.top, -c.window.pad.left);
                if (c.out.pixel == 0) {
                    row_of_floats(c, rows, from, panel, panels, static_cast<float*>(y) + Index{row} * c.out.width);
                    continue;
                }
                std::uint8_t* to = static_cast<std::uint8_t*>(y) + panel * c.out.block() + c.out.at(row, 0);
                (c.pools ? row_of_maxima : row_of_bytes)(c, rows, from, panel, panels, to);
            }
}

}  // namespace tn::cpu::TN_ISA

#endif
