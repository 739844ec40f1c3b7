// The gradients of one group of tiles: dz in registers, the gradients of the products in the L2 cache.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_GROUP_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_GROUP_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_GROUP_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_BACKWARD_GROUP_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/winograd/convolve-inl.hpp"
#include "runtime/cpu/conv_block/winograd/multiply-inl.hpp"
#include "runtime/cpu/conv_block/winograd/tile-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// One slice of the samples, on one thread.
struct WinogradBackwardSlice {
    const WinogradWorkspace& ws;
    const ConvBackward& pass;
    KeptZ kept_z;
    float *scratch, *dw;  // dw [blocks][depth][lanes], of this slice

    void run(const TileGroup& g) const {
        float *inputs = scratch + ws.at.inputs, *input_gradients = scratch + ws.at.input_gradients;
        transform_inputs(ws, g, pass.x, scratch + ws.at.packed, inputs, ws.input_stride());
        for (int chunk = 0; chunk < ws.chunks; ++chunk) {
            product_gradients(g, chunk, scratch + ws.at.products, ws.product_stride());
            multiply_gradients(g, chunk);
            add_weight_gradients(chunk);
        }
        if (pass.dx) add_input_gradients(g, input_gradients, ws.input_stride());
    }

    /// dz of the tiles of one sample and block, passed to take(dz).
    template <class Take> void each_dz(const TileGroup& g, int s, int block, const Take& take) const {
        const WinogradPlan& p = ws.plan;
        const BlockGeometry& b = p.block;
        const BlockAffine a = ws.affine().affine(block);
        const Rectifier rectify(b);
        const GradientOf<V> to_dz = ws.affine().gradient(block);
        const int y0 = p.y_rows(g.row), rows = p.y_rows(g.row + g.rows) - y0;
        float* lines = scratch + ws.at.lines;
        to_blocked(pass.dy + block_at(b.conv.filters, s, block, b.y_plane()) + Index{y0} * b.y_w(), b.y_plane(),
                   rows * b.y_w(), lines);
        for (int row = g.row; row < g.row + g.rows; ++row)
            for (int column = 0; column < p.columns; ++column) {
                V z[tile_size], dz[tile_size];
                const Inside in(p, row, column);
                if (b.z_is_y()) {
                    for (V& v : z) v = V{};
                } else {
                    const float* from = kept_z.at(s, block, row, column);
                    kept_z.prefetch_ahead(from);
                    load_tile(from, kept_z.row, in, z);
                }
                const TileOfY of_y = ws.tile_of_y(row, column);
                const float* dy = lines + (p.y_rows(row) - y0) * of_y.stride + column * p.y_side() * lanes;
                if (b.pool())
                    gradient_tile<true>(z, a, to_dz, rectify, in, of_y, dy, dz);
                else
                    gradient_tile<false>(z, a, to_dz, rectify, in, of_y, dy, dz);
                take(dz);
            }
    }

    /// The gradients of a chunk's products: [frequencies][tiles][width].
    void product_gradients(const TileGroup& g, int chunk, float* products, Index product_stride) const {
        const int width = ws.width(chunk);
        for (int block = ws.first_block(chunk); block < ws.last_block(chunk); ++block) {
            float* of_tile = products + (block - ws.first_block(chunk)) * lanes;
            for (int s = g.sample; s < g.sample + g.samples; ++s)
                each_dz(g, s, block, [&](const V(&dz)[tile_size]) TN_INLINE_LAMBDA {
                    output_gradient_tile(dz, of_tile, product_stride);
                    of_tile += width;
                });
        }
    }

    /// A block of dx of one sample from its blocked image with margins.
    void unpack_gradient(const float* image, int sample, int block) const {
        const ConvGeometry& c = ws.conv();
        const Index row = Index{ws.plan.packed_columns} * lanes;
        for (int y = 0; y < c.height; ++y)
            from_blocked(image + (y + c.pad) * row + c.pad * lanes, c.width,
                         pass.dx + block_at(c.channels, sample, block, c.in_plane()) + y * c.width, c.in_plane());
    }

    /// Adds the gradients of a chunk's transformed weights, which are in the scratch, to dw.
    void add_weight_gradients(int chunk) const {
        const int width = ws.width(chunk);
        for (int block = ws.first_block(chunk); block < ws.last_block(chunk); ++block)
            for (int c = 0; c < ws.conv().channels; ++c)
                weight_gradient_tile(
                    scratch + ws.at.weight_gradients + c * width + (block - ws.first_block(chunk)) * lanes,
                    ws.weight_gradient_stride(), dw + Index{block * ws.plan.depth() + c * 9} * lanes);
    }

private:
    /// From them those of the transformed weights, and for dx those of the transformed inputs, summed over the chunks.
    void multiply_gradients(const TileGroup& g, int chunk) const {
        const int channels = ws.conv().channels, tiles = g.samples * g.rows * ws.plan.columns, width = ws.width(chunk);
        const Index input_stride = ws.input_stride(), product_stride = ws.product_stride();
        for (int f = 0; f < frequencies; ++f) {
            const float* inputs = scratch + ws.at.inputs + f * input_stride;
            const float* products = scratch + ws.at.products + f * product_stride;
            multiply({inputs, 1, channels}, channels, tiles, products, width,
                     scratch + ws.at.weight_gradients + f * ws.weight_gradient_stride(), width);
            if (!pass.dx) continue;
            const float* weights = ws.weights(chunk) + Index{f} * channels * width;
            for (int c = 0; c < channels; c += 2 * lanes)
                multiply({products, width, 1}, tiles, width, weights + c * width, std::min(2 * lanes, channels - c),
                         scratch + ws.at.input_gradients + f * input_stride + c, channels, chunk > 0);
        }
    }

    /// Overlapping tiles are added up in a blocked image with margins, which becomes dx when its last row is there.
    void add_input_gradients(const TileGroup& g, const float* gradients, Index stride) const {
        const WinogradPlan& p = ws.plan;
        const ConvGeometry& c = ws.conv();
        const Index row = Index{p.packed_columns} * lanes, block_size = p.packed_plane(p.rows) * lanes;
        for (int i = 0; i < g.samples; ++i) {
            float* image = scratch + ws.at.dx + i * ws.at.dx_stride;
            if (g.row == 0) clear(image, ws.at.dx_stride);
            for (int block = 0; block < c.channels / lanes; ++block)
                for (int r = 0; r < g.rows; ++r)
                    for (int column = 0; column < p.columns; ++column)
                        input_gradient_tile(
                            gradients + Index{(i * g.rows + r) * p.columns + column} * c.channels + block * lanes,
                            stride,
                            image + block * block_size + tile_side * (g.row + r) * row + tile_side * column * lanes,
                            p.packed_columns);
            if (g.row + g.rows < p.rows) continue;
            for (int block = 0; block < c.channels / lanes; ++block)
                unpack_gradient(image + block * block_size, g.sample + i, block);
        }
    }
};

}  // namespace tn::cpu::TN_ISA
#endif
