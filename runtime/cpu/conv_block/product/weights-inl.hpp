// Weights in the order in which products read them.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_WEIGHTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_WEIGHTS_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_WEIGHTS_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_WEIGHTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// For dx of the inputs of a phase: [tiles of channels][filters][taps of the phase][tile].
inline void pack_phase_weights(ThreadPool& pool, const ProductPlan& plan, int phase_y, int phase_x, const float* weight,
                               float* packed) {
    const ConvGeometry& c = plan.conv();
    const ColumnGrid grid = plan.dx_grid(phase_y, phase_x);
    pool.run(tiles_of(c.channels), [&](int t) {
        float* to = packed + Index{t} * tile * c.filters * grid.taps();
        const int first = t * tile;
        for (int f = 0; f < c.filters; ++f)
            for (int i = 0; i < grid.taps_y; ++i)
                for (int j = 0; j < grid.taps_x; ++j, to += tile) {
                    const int tap = (phase_y + i * c.stride) * c.kernel_w + phase_x + j * c.stride;
                    const float* from = weight + (Index{f} * c.channels + first) * c.taps() + tap;
                    for (int r = 0; r < tile; ++r) to[r] = first + r < c.channels ? from[Index{r} * c.taps()] : 0.0f;
                }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
