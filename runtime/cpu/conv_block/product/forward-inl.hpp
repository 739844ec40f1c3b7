// Forward and inference by the product method.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_FORWARD_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_FORWARD_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_FORWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/product/multiply-inl.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu::TN_ISA {

/// The groups of a batch, each divided further by tiles of output channels where there are fewer groups than threads.
struct ProductTasks {
    int groups, tiles, group_tasks, parts;

    ProductTasks(int groups, int channels, int threads)
        : groups(groups),
          tiles(tiles_of(channels)),
          group_tasks(std::min(groups, max_slices)),
          parts(groups >= threads
                    ? 1
                    : std::clamp(std::min(threads, max_slices) / groups, 1, std::min(tiles, max_slices))) {
        group_tasks = std::min(group_tasks, max_slices / parts);
    }
    int count() const { return group_tasks * parts; }
    Range own_groups(int task) const { return cpu::part_of(groups, group_tasks, task / parts); }
    Range own_tiles(int task) const { return cpu::part_of(tiles, parts, task % parts); }
};

/// What every task of a forward pass reads.
struct ProductForward {
    const ProductPlan& plan;
    ColumnGroups groups;
    ColumnSource source;
    ProductWeights weights;
    const Affine* affine;
    float *z, *argmax_z;  // of a training step; null where z is not kept
    float* y;

    /// The z of a group, [channels][columns], `row` floats from one channel to the next.
    void finish(int group, Range filters, const float* z_group, Index row) const {
        const BlockGeometry& b = plan.block;
        const int begin = groups.begin(group), count = groups.end(group) - begin;
        for (int f = filters.first; f < filters.last; ++f)
            for (int i = 0; i < groups.samples_of(group); ++i) {
                const int s = groups.first_sample(group) + i;
                const float* from = z_group + f * row + Index{i} * count;
                float* to = y + (Index{s} * b.conv.filters + f) * b.y_plane();
                if (b.pool())
                    finish_rows(b, from, b.conv.out_w(), affine[f], b.y_h(), to,
                                argmax_z ? argmax_z + (Index{f} * groups.n + s) * b.y_plane() : nullptr);
                else
                    finish_row(from, affine[f], Rectifier(b), count, to + begin);
            }
    }

    void run(int group, Range tiles, float* gathered, float* results, bool finishes) const {
        const int filters = plan.conv().filters;
        const Range own{tiles.first * tile, std::min(tiles.last * tile, filters)};
        Index row = ProductWork::result_row(groups.columns());
        float* to = results;
        if (z) {
            row = Index{groups.n} * groups.plane;
            to = z + Index{groups.first_sample(group)} * groups.plane + groups.begin(group);
        }
        multiply_group(source, groups, group, weights, filters, tiles, gathered, to, row);
        if (finishes) finish(group, own, to, row);
    }
};

/// Each sample's mean of z and squared distances to it, of one channel whose z is [n][plane].
inline void product_statistics(const ProductPlan& plan, int n, int f, const float* z, float* sums) {
    const ConvGeometry& c = plan.conv();
    const auto plane = static_cast<int>(c.out_plane());
    for (int s = 0; s < n; ++s, z += plane) {
        const MeanAndSquares m = statistics_of(z, plane);
        sums[SampleSums::at(c.filters, s, 0, f)] = m.mean;
        sums[SampleSums::at(c.filters, s, 1, f)] = m.squares;
    }
}

inline void product_run(ThreadPool& pool, const ProductForward& forward, float* work, const ProductWork& at,
                        bool finishes) {
    const ProductTasks tasks(forward.groups.count(), forward.plan.conv().filters, pool.threads());
    pool.run(tasks.count(), [&](int task) {
        const Range own = tasks.own_groups(task);
        for (int group = own.first; group < own.last; ++group)
            forward.run(group, tasks.own_tiles(task), work + at.columns + task * at.columns_stride,
                        work + at.results + task * at.results_stride, finishes);
    });
}

inline ProductForward product_pass(ThreadPool& pool, const ProductPlan& plan, int n, const float* x,
                                   const float* weight, const Affine* affine, float* packed, float* y) {
    const ConvGeometry& c = plan.conv();
    const int depth = plan.depth();
    const ColumnGroups groups = plan.groups(n);
    const bool once = groups.count() == 1;  // a tile's weights come from memory once, and then from the L1 cache
    if (!once)
        pool.run(tiles_of(c.filters),
                 [&](int t) { pack_tile(weight, c.filters, depth, t * tile, packed + Index{t} * tile * depth); });
    return {plan,
            groups,
            {x, c.channels, c.in_plane(), c.in_size(), plan.grid().flat()},
            once ? ProductWeights{weight, depth} : ProductWeights{packed},
            affine,
            nullptr,
            nullptr,
            y};
}

inline void product_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const ProductPlan plan(conv_plan.block());
    const ProductWork at(plan, pass.n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < plan.conv().filters; ++f) affine[f] = running_affine(plan.block, pass, f);
    product_run(pool, product_pass(pool, plan, pass.n, pass.x, pass.weight, affine, work + at.weights, pass.y), work,
                at, true);
}

inline void product_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const ProductPlan plan(conv_plan.block());
    const BlockGeometry& b = plan.block;
    const int filters = b.conv.filters, n = pass.n;
    const ProductWork at(plan, n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < filters; ++f) affine[f] = bias_affine(pass.bias, f);
    ProductForward forward = product_pass(pool, plan, n, pass.x, pass.weight, affine, work + at.weights, pass.y);
    if (b.z_is_y()) return product_run(pool, forward, work, at, true);

    const ProductSaved kept(plan, n);
    const SavedStatistics statistics(pass.saved, filters);
    forward.z = pass.saved + kept.z;
    if (b.pool()) forward.argmax_z = pass.saved + kept.argmax_z;
    product_run(pool, forward, work, at, !b.norm);
    if (!b.norm) return set_bias_statistics(b, pass.bias, statistics);
    float* sums = work + at.sums;
    const Index row = n * b.conv.out_plane();
    pool.run(filters, [&](int f) { product_statistics(plan, n, f, forward.z + f * row, sums); });
    combine_statistics(b, pass, sums, statistics);
    for (int f = 0; f < filters; ++f) affine[f] = batch_affine(b, statistics, pass.gamma, pass.beta, f);
    const ProductTasks tasks(forward.groups.count(), filters, pool.threads());
    pool.run(tasks.count(), [&](int task) {
        const Range own = tasks.own_groups(task), tiles = tasks.own_tiles(task);
        for (int group = own.first; group < own.last; ++group)
            forward.finish(group, {tiles.first * tile, std::min(tiles.last * tile, filters)},
                           forward.z + Index{forward.groups.first_sample(group)} * forward.groups.plane +
                               forward.groups.begin(group),
                           row);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
