// Forward and inference by the direct method.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_FORWARD_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_FORWARD_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_FORWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/conv_block/direct/layout.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu::TN_ISA {

/// The convolution of one packed sample for tile t of the output channels, from row `first_row` of z on.
inline Convolution convolution_of_tile(const DirectPlan& plan, const float* packed, const float* weights, int t,
                                       int first_row) {
    return {
        packed + first_row * plan.row,           plan.x_plane, plan.conv().channels, plan.conv().taps(), plan.x_offsets,
        weights + Index{t} * tile * plan.depth()};
}

/// y of one sample and tile of output channels, band by band while its z is in the cache; z is not kept.
inline void finish_tile_in_bands(const DirectPlan& plan, const float* packed, const float* weights, int t,
                                 const Affine* affine, float* z, float* y) {
    const BlockGeometry& b = plan.block;
    const int count = std::min(tile, plan.conv().filters - t * tile), band = plan.band_rows();
    for (int y0 = 0; y0 < b.y_h(); y0 += band) {
        const int rows = std::min(band, b.y_h() - y0);
        const Grid grid{plan.z_rows(rows), plan.z.columns, plan.row};
        const Index z_plane = grid.out_plane();
        convolve(convolution_of_tile(plan, packed, weights, t, b.pool() ? y0 * b.pool_stride : y0), grid, count, z,
                 z_plane);
        for (int r = 0; r < count; ++r)
            finish_rows(b, z + r * z_plane, grid.out_row(), affine[t * tile + r], rows,
                        y + (t * tile + r) * b.y_plane() + Index{y0} * b.y_w(), nullptr);
    }
}

/// Packs the samples of a task one after another and calls f(sample, tile, packed) for its tiles of output channels.
template <class F>
void each_packed_tile(const DirectPlan& plan, const Tasks& tasks, int task, const float* x, float* packed, const F& f) {
    const int tiles = tiles_of(plan.conv().filters);
    const Range samples = tasks.samples(task), own_tiles = tasks.units(task, tiles);
    clear(packed, plan.packed_x());
    for (int s = samples.first; s < samples.last; ++s) {
        pack_sample(plan, x + s * plan.conv().in_size(), packed);
        for (int t = own_tiles.first; t < own_tiles.last; ++t) f(s, t, packed);
    }
}

/// A whole pass that does not keep z.
inline void direct_without_z(ThreadPool& pool, const DirectPlan& plan, int n, const float* x, const float* weight,
                             const Affine* affine, float* y, float* work, const DirectWork& at) {
    pack_weights(pool, plan, weight, work + at.weights);
    const Tasks tasks = Tasks::for_threads(n, pool.threads(), tiles_of(plan.conv().filters));
    pool.run(tasks.count(), [&](int task) {
        float* z = work + at.band + task * at.band_stride;
        each_packed_tile(
            plan, tasks, task, x, work + at.packed + task * at.packed_stride, [&](int s, int t, const float* packed) {
                finish_tile_in_bands(plan, packed, work + at.weights, t, affine, z, y + s * plan.block.y_size());
            });
    });
}

inline void direct_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const DirectPlan& plan = conv_plan.direct;
    const DirectWork at(plan, pass.n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < plan.conv().filters; ++f) affine[f] = running_affine(plan.block, pass, f);
    direct_without_z(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);
}

/// A training step's pass: z, its statistics, then y.
struct DirectForward {
    const DirectPlan& plan;
    const ConvForward& pass;
    const DirectSaved kept;
    const Affine* affine;
    const float* weights;  // packed
    float* sums;           // of each sample and channel: mean, squared distances to it

    /// z of one sample and tile of output channels, and what is known of it then: the sums, or without norm y.
    void convolve_tile(int s, int t, const float* packed) const {
        const ConvGeometry& c = plan.conv();
        const Index z_plane = plan.z.out_plane();
        const int first = t * tile, count = std::min(tile, c.filters - first);
        float* z = pass.saved + kept.z + (Index{s} * c.filters + first) * z_plane;
        convolve(convolution_of_tile(plan, packed, weights, t, 0), plan.z, count, z, z_plane);
        for (int r = 0; r < count; ++r) {
            if (!plan.block.norm) {
                finish(s, first + r);
                continue;
            }
            const float* plane = z + r * z_plane;
            const float mean = plane_sum(plane, plan.z) / static_cast<float>(c.out_plane());
            sums[SampleSums::at(c.filters, s, 0, first + r)] = mean;
            sums[SampleSums::at(c.filters, s, 1, first + r)] = plane_squares(plane, plan.z, mean);
        }
    }

    void finish(int s, int f) const {
        const BlockGeometry& b = plan.block;
        const Index channel = Index{s} * b.conv.filters + f;
        finish_rows(b, pass.saved + kept.z + channel * plan.z.out_plane(), plan.z.out_row(), affine[f], b.y_h(),
                    pass.y + channel * b.y_plane(),
                    b.pool() ? pass.saved + kept.argmax_z + channel * b.y_plane() : nullptr);
    }
};

inline void direct_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const DirectPlan& plan = conv_plan.direct;
    const BlockGeometry& b = plan.block;
    const int filters = plan.conv().filters;
    const DirectWork at(plan, pass.n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < filters; ++f) affine[f] = bias_affine(pass.bias, f);
    if (b.z_is_y()) return direct_without_z(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);

    const DirectForward forward{plan, pass, DirectSaved(plan, pass.n), affine, work + at.weights, work + at.sums};
    const SavedStatistics statistics(pass.saved, filters);
    pack_weights(pool, plan, pass.weight, work + at.weights);
    const Tasks tasks = Tasks::for_threads(pass.n, pool.threads(), tiles_of(filters));
    pool.run(tasks.count(), [&](int task) {
        each_packed_tile(plan, tasks, task, pass.x, work + at.packed + task * at.packed_stride,
                         [&](int s, int t, const float* packed) { forward.convolve_tile(s, t, packed); });
    });
    if (!b.norm) return set_bias_statistics(b, pass.bias, statistics);
    combine_statistics(b, pass, forward.sums, statistics);
    for (int f = 0; f < filters; ++f) affine[f] = batch_affine(b, statistics, pass.gamma, pass.beta, f);
    pool.run(tasks.count(), [&](int task) {
        // Backwards: the end of z is still in the caches.
        const Range samples = tasks.samples(task), channels = tasks.units(task, filters);
        for (int s = samples.last - 1; s >= samples.first; --s)
            for (int f = channels.last - 1; f >= channels.first; --f) forward.finish(s, f);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
