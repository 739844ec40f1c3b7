// The z of the groups of a deep layer (WinogradPlan::deep()).
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/convolve-inl.hpp"
#include "runtime/cpu/conv_block/winograd/multiply-inl.hpp"
#include "runtime/cpu/conv_block/winograd/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Calls f(i, thread) for 0 .. count - 1, of at most max_slices threads.
template <class F> void run_parts(ThreadPool& pool, int count, const F& f) {
    const int tasks = std::min(count, max_slices);
    pool.run(tasks, [&](int task, int thread) {
        const Range own = part_of(count, tasks, task);
        for (int i = own.first; i < own.last; ++i) f(i, thread);
    });
}

/// Floats from one frequency of a chunk's products to the next.
inline Index deep_product_stride(const WinogradWorkspace& ws) {
    return WinogradWork::frequency_stride(ws.at.tiles, 2 * lanes);
}

/// The inputs of a group's products, by all threads.
inline void transform_deep_inputs(ThreadPool& pool, const WinogradWorkspace& ws, const TileGroup& g, const float* x) {
    const int tiles = ws.plan.rows * ws.plan.columns;
    run_parts(pool, g.samples, [&](int i, int thread) {
        transform_inputs(ws, {g.sample + i, 1, 0, g.rows}, x, ws.scratch(thread) + ws.at.packed,
                         ws.work + ws.at.inputs + Index{i} * tiles * ws.conv().channels, ws.input_stride());
    });
}

/// Calls f(group) for all groups of n samples.
template <class F> void each_deep_group(const WinogradWorkspace& ws, int n, const F& f) {
    for (int s = 0; s < n; s += ws.at.samples) f(TileGroup{s, std::min(ws.at.samples, n - s), 0, ws.plan.rows});
}

/// Calls f(group, thread, finish) for every group and chunk of n samples, where finish(take, done) is finish_products()
/// of that chunk.
template <class F>
void deep_groups(ThreadPool& pool, const WinogradWorkspace& ws, int n, const float* x, const float* weight,
                 const F& f) {
    const int channels = ws.conv().channels;
    const Index input_stride = ws.input_stride(), product_stride = deep_product_stride(ws);
    each_deep_group(ws, n, [&](const TileGroup& g) {
        transform_deep_inputs(pool, ws, g, x);
        const int tiles = g.samples * g.rows * ws.plan.columns;
        run_parts(pool, ws.chunks, [&](int chunk, int thread) {
            float *scratch = ws.scratch(thread), *weights = scratch + ws.at.chunk_weights,
                  *products = scratch + ws.at.input_gradients;
            const int width = ws.width(chunk);
            transform_weights_of_chunk(ws, weight, chunk, scratch + ws.at.kernels, weights);
            for (int k = 0; k < frequencies; ++k)
                multiply({ws.work + ws.at.inputs + k * input_stride, channels, 1}, tiles, channels,
                         weights + Index{k} * channels * width, width, products + k * product_stride, width);
            f(g, thread, [&](const auto& take, const auto& done) {
                finish_products(ws, g, chunk, products, product_stride, take, done);
            });
        });
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
