// A training step's forward pass by Winograd's method.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_FORWARD_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_FORWARD_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_FORWARD_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/convolve-inl.hpp"
#include "runtime/cpu/conv_block/winograd/deep-inl.hpp"
#include "runtime/cpu/conv_block/winograd/infer-inl.hpp"
#include "runtime/cpu/conv_block/winograd/layout.hpp"
#include "runtime/cpu/conv_block/winograd/tile-inl.hpp"
#include "runtime/cpu/conv_block/winograd/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// First each tile while it is in registers: its z is kept, so is the z at the argmax of its windows, and each sample's
/// mean and squared distances to it are updated. Then y, once it is known how z is normalised.
struct WinogradForward {
    const WinogradWorkspace& ws;
    const ConvForward& pass;
    KeptZ kept_z;
    float *argmax_z, *sums;  // argmax_z null: y comes from z
    AffineTable affine;
    bool streams;  // whole tiles of z bypass the caches

    /// Calls compute(take, done) with what becomes of a group's tiles.
    template <class Compute> void take_tiles(const TileGroup& g, const Compute& compute) const {
        const BlockGeometry& b = ws.plan.block;
        const int filters = b.conv.filters;
        V mean{}, squares{};
        compute(
            [&](int s, int block, int row, int column, const V(&z)[tile_size]) TN_INLINE_LAMBDA {
                const Inside in(ws.plan, row, column);
                float* to = kept_z.at(s, block, row, column);
                if (streams) {
                    TN_UNROLL for (int i = 0; i < tile_size; ++i) stream(to + i * lanes, z[i]);
                } else {
                    store_tile(to, kept_z.row, in, z);
                }
                if (argmax_z) {
                    const TileOfY of_y = ws.tile_of_y(row, column);
                    store_argmax_z(z, affine.sign(block), of_y,
                                   argmax_z + block_at(filters, s, block, b.y_plane()) +
                                       ws.plan.y_rows(row) * of_y.stride + column * ws.plan.y_side() * lanes);
                }
                if (!b.norm) return;
                if (row == g.row && column == 0) {
                    mean = row == 0 ? V{} : load(sums + SampleSums::at(filters, s, 0, block * lanes));
                    squares = row == 0 ? V{} : load(sums + SampleSums::at(filters, s, 1, block * lanes));
                }
                add_statistics(z, in, ws.plan.z_before(row, column), mean, squares);
            },
            [&](int s, int block) {
                if (!b.norm) return;
                store(sums + SampleSums::at(filters, s, 0, block * lanes), mean);
                store(sums + SampleSums::at(filters, s, 1, block * lanes), squares);
            });
    }

    void finish(int s, int block) const {
        const BlockGeometry& b = ws.plan.block;
        const AffineOf<V> a = affine.affine(block).affine;
        const Index at = block_at(b.conv.filters, s, block, b.y_plane());
        const float* from = (argmax_z ? argmax_z : kept_z.z) + at;
        const auto count = static_cast<int>(b.y_plane());
        const Rectifier rectify(b);
        from_blocked(from, count, pass.y + at, b.y_plane(),
                     [&](V z) TN_INLINE_LAMBDA { return rectify(normalise(a, z)); });
    }
};

inline void winograd_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const WinogradWorkspace ws(conv_plan, pass.n, false, pass.work);
    const BlockGeometry& b = ws.plan.block;
    const int filters = b.conv.filters;
    const float* gamma = b.norm ? pass.gamma : nullptr;
    for (int f = 0; f < filters; ++f) ws.affine().set(f, bias_affine(pass.bias, f), gamma_sign(gamma, f));
    if (b.z_is_y()) return winograd_without_z(pool, ws, pass.n, pass.x, pass.weight, pass.y);
    if (!ws.plan.deep(false)) transform_weights(pool, ws, pass.weight);

    const WinogradSaved kept(ws.plan, pass.n);
    const WinogradForward forward{
        ws,
        pass,
        KeptZ(ws.plan, pass.saved + kept.z),
        b.pool() ? pass.saved + kept.argmax_z : nullptr,
        ws.sums(),
        ws.affine(),
        ws.plan.z_by_tiles() && worth_streaming(pass.saved + kept.z, Index{pass.n} * ws.plan.z_size())};
    const Tasks by_chunks = Tasks::for_threads(pass.n, pool.threads(), ws.chunks);
    if (ws.plan.deep(false))
        deep_groups(pool, ws, pass.n, pass.x, pass.weight, [&](const TileGroup& g, int, const auto& finish) {
            forward.take_tiles(g, finish);
            stream_fence();
        });
    else
        pool.run(by_chunks.count(), [&](int task, int thread) {
            each_group(ws.plan, false, by_chunks.samples(task), [&](const TileGroup& g) {
                forward.take_tiles(g, [&](const auto& take, const auto& done) {
                    convolve_group(ws, g, pass.x, by_chunks.units(task, ws.chunks), ws.scratch(thread), take, done);
                });
            });
            stream_fence();
        });
    const SavedStatistics statistics(pass.saved, filters);
    if (b.norm) {
        combine_statistics(b, pass, forward.sums, statistics);
        for (int f = 0; f < filters; ++f)
            ws.affine().set(f, batch_affine(b, statistics, gamma, pass.beta, f), gamma_sign(gamma, f));
    } else {
        set_bias_statistics(b, pass.bias, statistics);
    }
    const Tasks by_blocks = Tasks::for_threads(pass.n, pool.threads(), ws.blocks);
    pool.run(by_blocks.count(), [&](int task) {
        const Range samples = by_blocks.samples(task), blocks = by_blocks.units(task, ws.blocks);
        for (int s = samples.first; s < samples.last; ++s)
            for (int block = blocks.first; block < blocks.last; ++block) forward.finish(s, block);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
