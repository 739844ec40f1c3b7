// The gradients of a deep layer (WinogradPlan::deep()): by all threads, dw a chunk at a time, then dx a panel of two
// vectors of input channels at a time.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_BACKWARD_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_BACKWARD_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_DEEP_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/winograd/backward_group-inl.hpp"
#include "runtime/cpu/conv_block/winograd/deep-inl.hpp"
#include "runtime/cpu/conv_block/winograd/multiply-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/conv_block/winograd/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"

namespace tn::cpu::TN_ISA {

struct DeepBackward {
    ThreadPool& pool;
    const WinogradWorkspace& ws;
    const ConvBackward& pass;
    KeptZ kept_z;
    Index stride;  // from one frequency of a chunk's products to the next

    void run(float* dw) const {
        each_deep_group(ws, pass.n, [&](const TileGroup& g) {
            transform_deep_inputs(pool, ws, g, pass.x);
            run_parts(pool, ws.chunks, [&](int chunk, int thread) { weight_gradients(g, chunk, thread, dw); });
            if (!pass.dx) return;
            const int panels = (ws.conv().channels + 2 * lanes - 1) / (2 * lanes);
            run_parts(pool, panels, [&](int panel, int thread) { input_gradients(g, panel, thread); });
        });
    }

private:
    float* products(int chunk) const { return ws.work + ws.at.products + chunk * frequencies * stride; }
    WinogradBackwardSlice of_thread(int thread, float* dw) const { return {ws, pass, kept_z, ws.scratch(thread), dw}; }

    void weight_gradients(const TileGroup& g, int chunk, int thread, float* dw) const {
        const int channels = ws.conv().channels, tiles = g.samples * g.rows * ws.plan.columns, width = ws.width(chunk);
        const WinogradBackwardSlice of_chunk = of_thread(thread, dw);
        of_chunk.product_gradients(g, chunk, products(chunk), stride);
        for (int f = 0; f < frequencies; ++f)
            multiply({ws.work + ws.at.inputs + f * ws.input_stride(), 1, channels}, channels, tiles,
                     products(chunk) + f * stride, width,
                     of_chunk.scratch + ws.at.weight_gradients + f * ws.weight_gradient_stride(), width);
        of_chunk.add_weight_gradients(chunk);
    }

    void input_gradients(const TileGroup& g, int panel, int thread) const {
        const ConvGeometry& c = ws.conv();
        const int first = panel * 2 * lanes, width = std::min(2 * lanes, c.channels - first);
        const int tiles = g.samples * g.rows * ws.plan.columns, depth = ws.plan.depth();
        const WinogradBackwardSlice of_panel = of_thread(thread, nullptr);
        float *scratch = of_panel.scratch, *weights = scratch + ws.at.chunk_weights,
              *gradients = scratch + ws.at.input_gradients;
        for (int k = 0; k < c.filters; ++k)
            for (int i = 0; i < width; i += lanes)
                transform_weights_for_dx(pass.weight + Index{k} * depth + (first + i) * 9, weights + k * width + i,
                                         Index{c.filters} * width);
        for (int f = 0; f < frequencies; ++f)
            for (int chunk = 0; chunk < ws.chunks; ++chunk)
                multiply({products(chunk) + f * stride, ws.width(chunk), 1}, tiles, ws.width(chunk),
                         weights + (Index{f} * c.filters + ws.first_block(chunk) * lanes) * width, width,
                         gradients + f * stride, width, chunk > 0);
        const WinogradPlan& p = ws.plan;
        const Index row = Index{p.packed_columns} * lanes, image_size = p.packed_plane(p.rows) * lanes;
        float* image = scratch + ws.at.dx;
        const float* of_tile = gradients;
        for (int s = g.sample; s < g.sample + g.samples; ++s) {
            clear(image, width / lanes * image_size);
            for (int r = 0; r < p.rows; ++r)
                for (int column = 0; column < p.columns; ++column, of_tile += width)
                    for (int block = 0; block < width / lanes; ++block)
                        input_gradient_tile(
                            of_tile + block * lanes, stride,
                            image + block * image_size + tile_side * r * row + tile_side * column * lanes,
                            p.packed_columns);
            for (int block = 0; block < width / lanes; ++block)
                of_panel.unpack_gradient(image + block * image_size, s, first / lanes + block);
        }
    }
};

}  // namespace tn::cpu::TN_ISA
#endif
