// dx: the convolution of packed dz with the weights turned around, for every phase of the input.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_DX_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_DX_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_DX_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_DX_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"

namespace tn::cpu::TN_ISA {

/// Writes the `count` channels of one phase to dx, from the planes of the grid in `band`.
inline void spread_phase(const DirectPlan& plan, const Grid& grid, int phase_y, int phase_x, int count,
                         const float* band, float* dx) {
    const ConvGeometry& c = plan.conv();
    const int u0 = plan.first(phase_y), v0 = plan.first(phase_x);
    for (int r = 0; r < count; ++r)
        for (int u = 0; u < grid.rows; ++u) {
            const float* from = band + Index{r} * grid.out_plane() + u * grid.out_row();
            float* to = dx + r * c.in_plane() + (c.stride * (u0 + u) + phase_y - c.pad) * c.width + c.stride * v0 +
                        phase_x - c.pad;
            if (c.stride == 1)
                std::memcpy(to, from, sizeof(float) * grid.columns);
            else
                for (int v = 0; v < grid.columns; ++v) to[c.stride * v] = from[v];
        }
}

/// dx of one sample from its packed dz and the weights that pack_dx_weights() has packed. `band` has room for
/// DirectPlan::dx_band() floats.
inline void input_gradient(const DirectPlan& plan, const float* dz, const float* weights, float* band, float* dx) {
    const ConvGeometry& c = plan.conv();
    for (int t = 0; t < tiles_of(c.channels); ++t) {
        const int count = std::min(tile, c.channels - t * tile);
        const float* of_tile = weights + Index{t} * tile * c.filters * c.taps();
        float* dx_tile = dx + t * tile * c.in_plane();
        for (int phase = 0, begin = 0; phase < c.stride * c.stride; begin = plan.dz_phase_ends[phase++]) {
            const int phase_y = phase / c.stride, phase_x = phase % c.stride;
            const Grid grid = plan.dx_grid(phase_y, phase_x);
            if (grid.rows == 0 || grid.columns == 0) continue;
            const Convolution conv{dz + plan.first(phase_y) * plan.row + plan.first(phase_x),
                                   plan.dz_plane,
                                   c.filters,
                                   plan.dz_phase_ends[phase] - begin,
                                   plan.dz_offsets + begin,
                                   of_tile + Index{begin} * tile * c.filters};
            if (plan.dx_in_place()) {
                convolve(conv, grid, count, dx_tile, c.in_plane());
            } else {
                convolve(conv, grid, count, band, grid.out_plane());
                spread_phase(plan, grid, phase_y, phase_x, count, band, dx_tile);
            }
        }
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
