// Backward by the product method.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_BACKWARD_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_BACKWARD_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/backward-inl.hpp"
#include "runtime/cpu/conv_block/direct/dz-inl.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/product/dw-inl.hpp"
#include "runtime/cpu/conv_block/product/forward-inl.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/product/multiply-inl.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/conv_block/product/weights-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu::TN_ISA {

struct ProductBackward {
    ThreadPool& pool;
    const ProductPlan& plan;
    const ConvBackward& pass;
    const ProductWork at;
    float* work;
    const ProductSaved kept;
    Channel* channels;

    ProductBackward(ThreadPool& pool, const ProductPlan& plan, const ConvBackward& pass)
        : pool(pool),
          plan(plan),
          pass(pass),
          at(plan, pass.n, true),
          work(aligned(pass.work)),
          kept(plan, pass.n),
          channels(reinterpret_cast<Channel*>(work + at.channels)) {}

    const BlockGeometry& block() const { return plan.block; }
    const ConvGeometry& conv() const { return plan.conv(); }
    float* z_of(Index f, Index s) const { return pass.saved + kept.z + (f * pass.n + s) * conv().out_plane(); }
    const float* dy_of(Index f, Index s) const { return pass.dy + (s * conv().filters + f) * block().y_plane(); }

    /// How every channel's dz follows from dy, and dgamma, dbeta and dbias.
    void reduce() const {
        const BlockGeometry& b = block();
        const SavedStatistics statistics(pass.saved, conv().filters);
        start_channels(b, pass, statistics, channels);
        if (!b.norm && !b.bias) return;
        const auto count = static_cast<int>(b.y_plane());
        float* sums = work + at.sums;
        pool.run(conv().filters, [&](int f) {
            for (int s = 0; s < pass.n; ++s) {
                const float* z = b.pool()     ? pass.saved + kept.argmax_z + (Index{f} * pass.n + s) * b.y_plane()
                                 : b.z_is_y() ? dy_of(f, s)
                                              : z_of(f, s);
                V sum_g{}, sum_gz{};
                add_gradient_sums(z, dy_of(f, s), channels[f].affine, Rectifier(b), count, sum_g, sum_gz);
                sums[SampleSums::at(conv().filters, s, 0, f)] = horizontal_sum(sum_g);
                sums[SampleSums::at(conv().filters, s, 1, f)] = horizontal_sum(sum_gz);
            }
        });
        combine_gradients(b, pass, statistics, sums, channels);
    }

    /// dz, in the place of z, which is not read again; or dy where y is z.
    GradientOfZ to_dz() const {
        if (block().z_is_y()) return {pass.dy, conv().out_plane(), conv().out_size()};
        const int tasks = std::min(conv().filters, max_slices);
        pool.run(tasks, [&](int task) {
            float* g = work + at.results + task * at.results_stride;
            const Range own = part_of(conv().filters, tasks, task);
            for (int f = own.first; f < own.last; ++f)
                for (int s = 0; s < pass.n; ++s)
                    dz_plane(block(), {z_of(f, s), conv().out_w(), g, z_of(f, s), conv().out_w()}, dy_of(f, s),
                             channels[f]);
        });
        return {z_of(0, 0), pass.n * conv().out_plane(), conv().out_plane()};
    }

    void input_gradients(const GradientOfZ& dz) const {
        const int s = conv().stride;
        for (int y = 0; y < s; ++y)
            for (int x = 0; x < s; ++x) input_gradients_of_phase(dz, y, x);
    }

    void input_gradients_of_phase(const GradientOfZ& dz, int phase_y, int phase_x) const {
        const ConvGeometry& c = conv();
        const ColumnGrid grid = plan.dx_grid(phase_y, phase_x);
        if (grid.positions() == 0) return;
        if (grid.taps() == 0) return clear_phase(phase_y, phase_x, grid);
        float* weights = work + at.weights;
        pack_phase_weights(pool, plan, phase_y, phase_x, pass.weight, weights);
        const ColumnSource source{dz.dz, c.filters, dz.channel_stride, dz.sample_stride, grid.flat()};
        const ColumnGroups groups = plan.dx_groups(pass.n, grid);
        const ProductTasks tasks(groups.count(), c.channels, pool.threads());
        pool.run(tasks.count(), [&](int task) {
            float *gathered = work + at.columns + task * at.columns_stride,
                  *results = work + at.results + task * at.results_stride;
            const Range own = tasks.own_groups(task), tiles = tasks.own_tiles(task);
            const Range channels_of_task{tiles.first * tile, std::min(tiles.last * tile, c.channels)};
            const Index row = ProductWork::result_row(groups.columns());
            for (int group = own.first; group < own.last; ++group) {
                multiply_group(source, groups, group, {weights}, c.channels, tiles, gathered, results, row);
                for (int channel = channels_of_task.first; channel < channels_of_task.last; ++channel)
                    spread(grid, groups, group, phase_y, phase_x, channel, results + channel * row);
            }
        });
    }

    /// A channel of a group's results to where they lie in dx.
    void spread(const ColumnGrid& grid, const ColumnGroups& groups, int group, int phase_y, int phase_x, int channel,
                const float* results) const {
        const ConvGeometry& c = conv();
        const int columns = groups.samples_of(group) * (groups.end(group) - groups.begin(group));
        each_run(grid, groups, group, 0, columns, [&](const ColumnRun& run) {
            const float* from = results + run.at;
            float* to = input_at(run.sample, channel, phase_y, phase_x, run.row) + Index{run.column} * c.stride;
            if (c.stride == 1)
                for (int i = 0; i < run.count; i += lanes) store_partial(to + i, load(from + i), run.count - i);
            else
                for (int i = 0; i < run.count; ++i) to[Index{i} * c.stride] = from[i];
        });
    }

    void clear_phase(int phase_y, int phase_x, const ColumnGrid& grid) const {
        const ConvGeometry& c = conv();
        pool.run(pass.n * c.channels, [&](int plane) {
            for (int row = 0; row < grid.rows; ++row) {
                float* to = input_at(plane / c.channels, plane % c.channels, phase_y, phase_x, row);
                for (int i = 0; i < grid.columns; ++i) to[Index{i} * c.stride] = 0;
            }
        });
    }

    /// The first of the inputs of a phase in a row of them.
    float* input_at(int sample, int channel, int phase_y, int phase_x, int row) const {
        const ConvGeometry& c = conv();
        const int y = c.stride * (plan.first(phase_y) + row) + phase_y - c.pad,
                  x = c.stride * plan.first(phase_x) + phase_x - c.pad;
        return pass.dx + sample * c.in_size() + channel * c.in_plane() + Index{y} * c.width + x;
    }

    void weight_gradients(const GradientOfZ& dz) const {
        const ConvGeometry& c = conv();
        const int depth = plan.depth(), parts = dw_parts(depth);
        const ColumnSource source{pass.x, c.channels, c.in_plane(), c.in_size(), plan.grid().flat()};
        const ColumnGroups groups(pass.n, c.out_plane(), false, dw_columns);
        const int slices = std::min(dw_slices(depth), groups.count());
        float* dw = slices > 1 ? work + at.partial : pass.dweight;
        const Index stride = slices > 1 ? at.partial_stride : 0;
        pool.run(std::min(parts * slices, max_slices), [&](int task) {
            const Range units = part_of(parts * slices, std::min(parts * slices, max_slices), task);
            for (int unit = units.first; unit < units.last; ++unit) {
                const int slice = unit / parts, first = unit % parts * dw_depth,
                          count = std::min(dw_depth, depth - first);
                float* to = dw + slice * stride + first;
                if (slices > 1 || !pass.adds)
                    for (int f = 0; f < c.filters; ++f) clear(to + Index{f} * depth, count);
                add_dw_of_rows(source, groups, part_of(groups.count(), slices, slice), dz, c.filters, first, count,
                               work + at.columns + task * at.columns_stride,
                               work + at.results + task * at.results_stride, to, depth);
            }
        });
        if (slices > 1) sum_slices_of_dw(pool, dw, stride, slices, c.weights(), pass.dweight, pass.adds);
    }
};

inline void product_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const ProductPlan plan(conv_plan.block());
    const ProductBackward backward(pool, plan, pass);
    backward.reduce();
    const GradientOfZ dz = backward.to_dz();
    backward.weight_gradients(dz);
    if (pass.dx) backward.input_gradients(dz);
}

}  // namespace tn::cpu::TN_ISA
#endif
