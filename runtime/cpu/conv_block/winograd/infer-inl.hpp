// Inference by Winograd's method, and the training pass of a block whose y is z: y at once, z is not kept.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_INFER_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_INFER_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_INFER_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_INFER_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/convolve-inl.hpp"
#include "runtime/cpu/conv_block/winograd/deep-inl.hpp"
#include "runtime/cpu/conv_block/winograd/tile-inl.hpp"
#include "runtime/cpu/conv_block/winograd/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The y of a group's tiles, which come row by row: gathered in `lines`, blocked, then written to the planes of y.
struct GroupFinisher {
    const WinogradWorkspace& ws;
    const TileGroup& group;
    float *lines, *y;

    TN_INLINE void take(int block, int row, int column, const V (&z)[tile_size]) const {
        const WinogradPlan& p = ws.plan;
        const BlockAffine a = ws.affine().affine(block);
        const TileOfY of_y = ws.tile_of_y(row, column);
        float* to = lines + (p.y_rows(row) - p.y_rows(group.row)) * of_y.stride + column * p.y_side() * lanes;
        if (p.block.pool())
            finish_tile<true>(z, a, Rectifier(p.block), of_y, to);
        else
            finish_tile<false>(z, a, Rectifier(p.block), of_y, to);
    }
    void done(int s, int block) const {
        const BlockGeometry& b = ws.plan.block;
        const int first = ws.plan.y_rows(group.row), rows = ws.plan.y_rows(group.row + group.rows) - first;
        from_blocked(lines, rows * b.y_w(),
                     y + block_at(b.conv.filters, s, block, b.y_plane()) + Index{first} * b.y_w(), b.y_plane());
    }
};

/// A whole pass that does not keep z.
inline void winograd_without_z(ThreadPool& pool, const WinogradWorkspace& ws, int n, const float* x,
                               const float* weight, float* y) {
    const WinogradPlan& p = ws.plan;
    if (p.deep(false))
        return deep_groups(pool, ws, n, x, weight, [&](const TileGroup& g, int thread, const auto& finish) {
            const GroupFinisher f{ws, g, ws.scratch(thread) + ws.at.lines, y};
            finish([&](int, int b, int r, int c, const V(&z)[tile_size]) TN_INLINE_LAMBDA { f.take(b, r, c, z); },
                   [&](int s, int b) { f.done(s, b); });
        });
    transform_weights(pool, ws, weight);
    // With few samples the chunks are divided first, because a thread has the weights that it transformed in its cache.
    const int parts = std::clamp(pool.threads() / n, 1, std::min(ws.chunks, max_slices));
    int samples = std::min(p.group_samples(false), std::max(1, n / pool.threads())), rows = p.group_rows(false);
    const auto groups_per_sample = [&] { return (p.rows + rows - 1) / rows; };
    while (rows > 1 && (n + samples - 1) / samples * groups_per_sample() * parts < pool.threads())
        rows = (rows + 1) / 2;
    const int per_sample = groups_per_sample(), groups = (n + samples - 1) / samples * per_sample;
    const int tasks_per_part = std::min(groups, max_slices / parts);
    pool.run(tasks_per_part * parts, [&](int task, int thread) {
        const Range own_groups = part_of(groups, tasks_per_part, task % tasks_per_part),
                    chunks = part_of(ws.chunks, parts, task / tasks_per_part);
        for (int i = own_groups.first; i < own_groups.last; ++i) {
            const int sample = i / per_sample * samples, row = i % per_sample * rows;
            const TileGroup g{sample, std::min(samples, n - sample), row, std::min(rows, p.rows - row)};
            const GroupFinisher f{ws, g, ws.scratch(thread) + ws.at.lines, y};
            convolve_group(
                ws, g, x, chunks, ws.scratch(thread),
                [&](int, int b, int r, int c, const V(&z)[tile_size]) TN_INLINE_LAMBDA { f.take(b, r, c, z); },
                [&](int s, int b) { f.done(s, b); });
        }
    });
}

inline void winograd_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const WinogradWorkspace ws(conv_plan, pass.n, false, pass.work);
    const BlockGeometry& b = ws.plan.block;
    const float* gamma = b.norm ? pass.gamma : nullptr;
    for (int f = 0; f < b.conv.filters; ++f) ws.affine().set(f, running_affine(b, pass, f), gamma_sign(gamma, f));
    winograd_without_z(pool, ws, pass.n, pass.x, pass.weight, pass.y);
}

}  // namespace tn::cpu::TN_ISA
#endif
