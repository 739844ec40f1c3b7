// Backward by Winograd's method.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/slices-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/backward_group-inl.hpp"
#include "runtime/cpu/conv_block/winograd/deep_backward-inl.hpp"
#include "runtime/cpu/conv_block/winograd/layout.hpp"
#include "runtime/cpu/conv_block/winograd/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sums over one sample and block of g and of g * (z - mean), from dy and the z that y came from.
inline void winograd_sums(const WinogradWorkspace& ws, const ConvBackward& pass, const float* kept, int s, int block) {
    const BlockGeometry& b = ws.plan.block;
    const int filters = b.conv.filters;
    const AffineOf<V> a = ws.affine().affine(block).affine;
    const Index at = block_at(filters, s, block, b.y_plane());
    const Rectifier rectify(b);
    V sum_g{}, sum_gz{};
    constexpr int together = 64;
    const int pixels = static_cast<int>(b.y_plane());
    for (int i = 0; i < pixels; i += together) {
        float dy[together * lanes];
        const int count = std::min(together, pixels - i);
        to_blocked(pass.dy + at + i, b.y_plane(), count, dy);
        const float* z = kept + at + Index{i} * lanes;
        for (int k = 0; k < count; ++k) {
            V g = load(dy + k * lanes);
            if (b.z_is_y()) {
                sum_g += g;
                continue;
            }
            const V from = load(z + k * lanes);
            g = gradient_behind(rectify, a, from, g);
            sum_g += g;
            sum_gz += g * (from - a.mean);
        }
    }
    store(ws.sums() + SampleSums::at(filters, s, 0, block * lanes), sum_g);
    store(ws.sums() + SampleSums::at(filters, s, 1, block * lanes), sum_gz);
}

/// How every channel's dz follows from dy, and dgamma, dbeta and dbias.
inline void winograd_reduce_gradients(ThreadPool& pool, const WinogradWorkspace& ws, const ConvBackward& pass) {
    const BlockGeometry& b = ws.plan.block;
    const int filters = b.conv.filters;
    const WinogradSaved kept(ws.plan, pass.n);
    const SavedStatistics statistics(pass.saved, filters);
    const float* gamma = b.norm ? pass.gamma : nullptr;
    auto* channels = reinterpret_cast<Channel*>(ws.work + ws.at.channels);
    const auto tabulate = [&] {
        for (int f = 0; f < filters; ++f) {
            ws.affine().set(f, channels[f].affine, gamma_sign(gamma, f));
            ws.affine().set_gradient(f, channels[f].to_dz);
        }
    };
    start_channels(b, pass, statistics, channels);
    tabulate();
    if (!b.norm && !b.bias) return;
    const Tasks tasks = Tasks::for_threads(pass.n, pool.threads(), ws.blocks);
    pool.run(tasks.count(), [&](int task) {
        const Range samples = tasks.samples(task), blocks = tasks.units(task, ws.blocks);
        for (int s = samples.first; s < samples.last; ++s)
            for (int block = blocks.first; block < blocks.last; ++block)
                winograd_sums(ws, pass, pass.saved + (b.pool() ? kept.argmax_z : kept.z), s, block);
    });
    combine_gradients(b, pass, statistics, ws.sums(), channels);
    tabulate();
}

inline void winograd_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const WinogradWorkspace ws(conv_plan, pass.n, true, pass.work);
    const WinogradSaved kept(ws.plan, pass.n);
    const WinogradPlan& p = ws.plan;
    winograd_reduce_gradients(pool, ws, pass);
    const KeptZ kept_z(p, pass.saved + kept.z);
    const Slices slices(p.deep(true) ? 1 : pass.n);
    if (p.deep(true)) {
        float* dw = ws.work + ws.at.partial;
        clear(dw, Index{p.depth()} * p.conv().filters);
        DeepBackward{pool, ws, pass, kept_z, deep_product_stride(ws)}.run(dw);
    } else {
        if (pass.dx) transform_weights_for_dx(pool, ws, pass.weight);
        pool.run(slices.count, [&](int slice, int thread) {
            const WinogradBackwardSlice backward{ws, pass, kept_z, ws.scratch(thread),
                                                 ws.work + ws.at.partial + slice * ws.at.partial_stride};
            clear(backward.dw, ws.at.partial_stride);
            each_group(p, true, slices.samples(slice), [&](const TileGroup& g) { backward.run(g); });
        });
    }
    // dw: the slices' own ones, added in order.
    pool.run(ws.blocks, [&](int block) {
        const int depth = p.depth();
        float* first = ws.work + ws.at.partial + Index{block} * depth * lanes;
        for (int i = 0; i < depth * lanes; i += lanes)
            store(first + i, sum_of_slices(first + i, ws.at.partial_stride, slices.count));
        from_blocked(first, depth, pass.dweight + Index{block * lanes} * depth, depth, Identity{}, pass.adds);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
