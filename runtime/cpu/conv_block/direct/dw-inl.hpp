// dw: vectors over pixels, register tiles of filters x (channel, tap).
#if defined(TN_CPU_CONV_BLOCK_DIRECT_DW_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_DW_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_DW_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_DW_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Filters and taps of a register tile.
#if TN_LANES == 16
inline constexpr int dw_filters = 8;
#else
inline constexpr int dw_filters = 4;
#endif
#if TN_LANES == 4
inline constexpr int dw_taps = 2;
#else
inline constexpr int dw_taps = 3;
#endif

/// acc[f][t] += the sum over a packed grid of dz[f] * x[t].
TN_INLINE void add_products(const float* const (&dz)[dw_filters], const float* const (&x)[dw_taps], int rows,
                            int vectors, Index row, V (&acc)[dw_filters][dw_taps]) {
    for (int y = 0; y < rows; ++y) {
        Index i = y * row;
        for (int v = 0; v < vectors; ++v, i += lanes) {
            V in[dw_taps];
            TN_UNROLL for (int t = 0; t < dw_taps; ++t) in[t] = load(x[t] + i);
            TN_UNROLL for (int f = 0; f < dw_filters; ++f) {
                V d = load(dz[f] + i);
                keep_in_register(d);
                TN_UNROLL for (int t = 0; t < dw_taps; ++t) acc[f][t] += in[t] * d;
            }
        }
    }
}

/// dw [filters][channels][taps] += the sum over `samples` packed samples, `stride` floats apart, of x and dz.
inline void add_dw(const DirectPlan& plan, const float* x, Index x_stride, const float* dz, Index dz_stride,
                   int samples, float* dw) {
    const ConvGeometry& c = plan.conv();
    const bool dense = plan.z.dense();
    const int rows = dense ? plan.z.rows : 1;
    const int vectors = (dense ? plan.z.columns : (plan.z.rows - 1) * plan.row + plan.z.columns + lanes - 1) / lanes;
    const int depth = plan.depth(), taps = c.taps();
    for (int f0 = 0; f0 < c.filters; f0 += dw_filters)
        for (int k0 = 0; k0 < depth; k0 += dw_taps) {
            V acc[dw_filters][dw_taps];
            TN_UNROLL for (int f = 0; f < dw_filters; ++f) TN_UNROLL for (int t = 0; t < dw_taps; ++t) acc[f][t] = V{};
            for (int s = 0; s < samples; ++s) {
                // Beyond the last filter or tap the last one is computed again and not used.
                const float* from_dz[dw_filters];
                for (int f = 0; f < dw_filters; ++f)
                    from_dz[f] =
                        dz + s * dz_stride + plan.dz_origin() + Index{std::min(f0 + f, c.filters - 1)} * plan.dz_plane;
                const float* from_x[dw_taps];
                for (int t = 0; t < dw_taps; ++t) {
                    const int k = std::min(k0 + t, depth - 1);
                    from_x[t] = x + s * x_stride + Index{k / taps} * plan.x_plane + plan.x_offsets[k % taps];
                }
                add_products(from_dz, from_x, rows, vectors, plan.row, acc);
            }
            float total[dw_taps][lanes];
            TN_UNROLL for (int t = 0; t < dw_taps; ++t) {
                V of_tap[dw_filters];
                TN_UNROLL for (int f = 0; f < dw_filters; ++f) of_tap[f] = acc[f][t];
                store(total[t], horizontal_sums(of_tap));
            }
            const int filters = std::min(dw_filters, c.filters - f0), last = std::min(dw_taps, depth - k0);
            for (int f = 0; f < filters; ++f)
                for (int t = 0; t < last; ++t) dw[Index{f0 + f} * depth + k0 + t] += total[t][f];
        }
}

}  // namespace tn::cpu::TN_ISA
#endif
