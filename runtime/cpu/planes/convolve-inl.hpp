// Convolutions of one plane by one kernel.
#if defined(TN_CPU_PLANES_CONVOLVE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PLANES_CONVOLVE_INL
#undef TN_CPU_PLANES_CONVOLVE_INL
#else
#define TN_CPU_PLANES_CONVOLVE_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Vectors of a grid, and where in the packed plane vector v begins.
inline int vectors_of(const Grid& grid) {
    return (grid.dense() ? grid.rows * grid.columns : (grid.rows - 1) * grid.row + grid.columns + lanes - 1) / lanes;
}
inline int vector_at(const Grid& grid, int v) {
    const int across = grid.columns / lanes;
    return grid.dense() ? v / across * grid.row + v % across * lanes : v * lanes;
}

/// `count` vectors of the grid from v on: sums over the taps of weight times input.
template <int C>
TN_INLINE void convolve_plane_vectors(const float* packed, const Grid& grid, const int* offsets, const float* weights,
                                      int taps, int v, float* out) {
    const float* from[C];
    V acc[C];
    TN_UNROLL for (int c = 0; c < C; ++c) {
        from[c] = packed + vector_at(grid, v + c);
        acc[c] = V{};
    }
    for (int t = 0; t < taps; ++t) {
        const V w = broadcast(weights[t]);
        TN_UNROLL for (int c = 0; c < C; ++c) acc[c] += load(from[c] + offsets[t]) * w;
    }
    TN_UNROLL for (int c = 0; c < C; ++c) store(out + (v + c) * lanes, acc[c]);
}

/// out [grid.out_plane()] = the convolution of a packed plane.
inline void convolve_plane(const float* packed, const Grid& grid, const int* offsets, const float* weights, int taps,
                           float* out) {
    const int vectors = vectors_of(grid);
    int v = 0;
    for (; v + 4 <= vectors; v += 4) convolve_plane_vectors<4>(packed, grid, offsets, weights, taps, v, out);
    for (; v < vectors; ++v) convolve_plane_vectors<1>(packed, grid, offsets, weights, taps, v, out);
}

/// acc[t] += the sum over the grid of dz times x at the taps first .. first + T - 1.
template <int T>
TN_INLINE void add_tap_products(const float* x, const float* dz, const Grid& grid, const int* offsets, V (&acc)[T]) {
    const int vectors = vectors_of(grid);
    for (int v = 0; v < vectors; ++v) {
        const int at = vector_at(grid, v);
        const V d = load(dz + at);
        TN_UNROLL for (int t = 0; t < T; ++t) acc[t] += load(x + at + offsets[t]) * d;
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
