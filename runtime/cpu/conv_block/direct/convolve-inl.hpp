// The convolution of one packed sample: register tiles of output channels x vectors of pixels, one weight broadcast at
// a time. The same kernel computes z and dx.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_CONVOLVE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_CONVOLVE_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_CONVOLVE_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_CONVOLVE_INL
#endif

#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Output channels of a register tile and vectors of pixels. With a vector for the weight and those of the input they
/// fill the 32 registers of AVX-512 and the 16 of the others (the portable set has no FMA and needs one for the
/// product).
#if TN_LANES == 16
inline constexpr int tile = 8, tile_vectors = 3;
#elif TN_LANES == 8
inline constexpr int tile = 4, tile_vectors = 3;
#else
inline constexpr int tile = 4, tile_vectors = 2;
#endif
static_assert(tile <= max_tile && lanes <= max_lanes);

constexpr int tiles_of(int channels) { return (channels + tile - 1) / tile; }

/// What is convolved: `depth` packed planes, `in_plane` floats apart, with `taps` offsets in a plane; the weights of
/// one tile of output channels, packed [depth][taps][tile].
struct Convolution {
    const float* in;
    Index in_plane;
    int depth, taps;
    const int* offsets;
    const float* weights;
};

template <int C> TN_INLINE void convolve_tile(const Convolution& conv, const int (&at)[C], V (&acc)[tile][C]) {
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c) acc[r][c] = V{};
    const float* in = conv.in;
    const float* w = conv.weights;
    const float* from[C];
    for (int d = 0; d < conv.depth; ++d, in += conv.in_plane) {
        TN_UNROLL for (int c = 0; c < C; ++c) from[c] = in + at[c];
        for (int t = 0; t < conv.taps; ++t, w += tile) {
            const Index offset = conv.offsets[t];
            V x[C];
            TN_UNROLL for (int c = 0; c < C; ++c) x[c] = load(from[c] + offset);
            TN_UNROLL for (int r = 0; r < tile; ++r) {
                const V b = broadcast(w[r]);
                TN_UNROLL for (int c = 0; c < C; ++c) acc[r][c] += x[c] * b;
            }
        }
    }
}

/// The vectors v .. v + C - 1 of the grid, of `count` output channels.
template <int C>
void convolve_vectors(const Convolution& conv, const Grid& grid, int v, int count, float* out, Index out_plane) {
    int at[C];
    const int across = grid.columns / lanes;
    TN_UNROLL for (int c = 0; c < C; ++c) at[c] =
        grid.dense() ? (v + c) / across * grid.row + (v + c) % across * lanes : (v + c) * lanes;
    V acc[tile][C];
    convolve_tile<C>(conv, at, acc);
    out += v * lanes;
    if (count == tile) {
        TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c)
            store(out + r * out_plane + c * lanes, acc[r][c]);
        return;
    }
    float all_rows[tile][C * lanes];
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c)
        store(all_rows[r] + c * lanes, acc[r][c]);
    for (int r = 0; r < count; ++r) std::memcpy(out + r * out_plane, all_rows[r], sizeof all_rows[r]);
}

/// out [count][grid.out_plane()], its planes `out_plane` floats apart.
inline void convolve(const Convolution& conv, const Grid& grid, int count, float* out, Index out_plane) {
    const int vectors =
        (grid.dense() ? grid.rows * grid.columns : (grid.rows - 1) * grid.row + grid.columns + lanes - 1) / lanes;
    int v = 0;
    for (; v + tile_vectors <= vectors; v += tile_vectors)
        convolve_vectors<tile_vectors>(conv, grid, v, count, out, out_plane);
    if (tile_vectors == 3 && v + 2 == vectors)
        convolve_vectors<2>(conv, grid, v, count, out, out_plane);
    else if (v < vectors)
        convolve_vectors<1>(conv, grid, v, count, out, out_plane);
}

}  // namespace tn::cpu::TN_ISA
#endif
