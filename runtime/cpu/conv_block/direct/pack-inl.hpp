// Samples and weights in the order in which the convolution reads them.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_PACK_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_PACK_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_PACK_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_PACK_INL
#endif

#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"

namespace tn::cpu::TN_ISA {

/// to[v] = from[step v].
inline void take_every(int step, const float* from, int count, float* to) {
    if (step == 1) {
        std::memcpy(to, from, sizeof(float) * count);
    } else if (step == 2) {
        for (int v = 0; v < count; v += lanes) {
            const int rest = 2 * (count - v) - 1;  // floats up to the last one that is taken
            const V low = load_partial(from + 2 * v, rest), high = load_partial(from + 2 * v + lanes, rest - lanes);
            store_partial(to + v, even(low, high), count - v);
        }
    } else {
        for (int v = 0; v < count; ++v) to[v] = from[step * v];
    }
}

/// One sample x with its margins, by phases. The margins of `packed` are zero already and stay so.
inline void pack_sample(const DirectPlan& plan, const float* x, float* packed) {
    const ConvGeometry& c = plan.conv();
    const int s = c.stride;
    for (int channel = 0; channel < c.channels; ++channel, x += c.in_plane())
        for (int py = 0; py < plan.phases_y; ++py)
            for (int px = 0; px < plan.phases_x; ++px, packed += plan.phase_plane) {
                const int u0 = plan.first(py), v0 = plan.first(px);
                const int rows = plan.count(py, c.height), columns = plan.count(px, c.width);
                for (int u = u0; u < u0 + rows; ++u) {
                    const float* from = x + (s * u + py - c.pad) * c.width + (s * v0 + px - c.pad);
                    float* to = packed + u * plan.row + v0;
                    take_every(s, from, columns, to);
                }
            }
}

/// The weights [filters][depth] of the tile of filters from `first` on; zeros behind the last filter.
inline void pack_tile(const float* weight, int filters, int depth, int first, float* packed) {
    for (int r = 0; r < tile; ++r) {
        const float* from = weight + Index{first + r} * depth;
        for (int d = 0; d < depth; ++d) packed[d * tile + r] = first + r < filters ? from[d] : 0.0f;
    }
}

/// The weights that dx of the tile of channels from `first` on is computed with, phase by phase [filters][taps of the
/// phase][tile].
inline void pack_dx_tile(const DirectPlan& plan, const float* weight, int first, float* packed) {
    const ConvGeometry& c = plan.conv();
    const Index taps = c.taps();
    int begin = 0;
    for (int phase = 0; phase < c.stride * c.stride; begin = plan.dz_phase_ends[phase], ++phase)
        for (int f = 0; f < c.filters; ++f)
            for (int t = begin; t < plan.dz_phase_ends[phase]; ++t, packed += tile)
                for (int r = 0; r < tile; ++r)
                    packed[r] = first + r < c.channels
                                    ? weight[(Index{f} * c.channels + first + r) * taps + plan.dz_taps[t]]
                                    : 0.0f;
}

/// All weights, for the forward pass: [tiles][depth][tile].
inline void pack_weights(ThreadPool& pool, const DirectPlan& plan, const float* weight, float* packed) {
    const int filters = plan.conv().filters, depth = plan.depth();
    pool.run(tiles_of(filters),
             [&](int t) { pack_tile(weight, filters, depth, t * tile, packed + Index{t} * tile * depth); });
}

/// All weights, for dx: [tiles], then as pack_dx_tile() has them.
inline void pack_dx_weights(ThreadPool& pool, const DirectPlan& plan, const float* weight, float* packed) {
    const ConvGeometry& c = plan.conv();
    pool.run(tiles_of(c.channels),
             [&](int t) { pack_dx_tile(plan, weight, t * tile, packed + Index{t} * tile * c.filters * c.taps()); });
}

}  // namespace tn::cpu::TN_ISA
#endif
