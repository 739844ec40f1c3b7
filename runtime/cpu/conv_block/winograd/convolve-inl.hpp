// The z of a group of tiles.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_CONVOLVE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_CONVOLVE_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_CONVOLVE_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_CONVOLVE_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/multiply-inl.hpp"
#include "runtime/cpu/conv_block/winograd/pack-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The inputs of a group's products, [frequencies][tiles][channels], `stride` floats from one frequency to the next.
inline void transform_inputs(const WinogradWorkspace& ws, const TileGroup& g, const float* x, float* packed,
                             float* inputs, Index stride) {
    const WinogradPlan& p = ws.plan;
    const int channels = ws.conv().channels;
    const Index block_size = p.packed_plane(g.rows) * lanes;
    float* of_tile = inputs;
    for (int s = g.sample; s < g.sample + g.samples; ++s) {
        pack_blocked(p, x + s * ws.conv().in_size(), g.row, g.rows, packed);
        for (int row = 0; row < g.rows; ++row)
            for (int column = 0; column < p.columns; ++column, of_tile += channels) {
                const float* corner = packed + tile_side * (row * p.packed_columns + column) * lanes;
                for (int block = 0; block < channels / lanes; ++block)
                    input_tile(corner + block * block_size, p.packed_columns, of_tile + block * lanes, stride);
            }
    }
}

/// Passes the z of each tile of a group, from the products of a chunk, to take(sample, block, row, column, z), row by
/// row; done(sample, block) follows the last tile of a sample.
template <class Take, class Done>
void finish_products(const WinogradWorkspace& ws, const TileGroup& g, int chunk, const float* products, Index stride,
                     const Take& take, const Done& done) {
    const int width = ws.width(chunk);
    for (int block = ws.first_block(chunk); block < ws.last_block(chunk); ++block) {
        const float* of_tile = products + (block - ws.first_block(chunk)) * lanes;
        for (int s = g.sample; s < g.sample + g.samples; ++s) {
            for (int row = 0; row < g.rows; ++row)
                for (int column = 0; column < ws.plan.columns; ++column, of_tile += width) {
                    V z[tile_size];
                    output_tile(of_tile, stride, z);
                    take(s, block, g.row + row, column, z);
                }
            done(s, block);
        }
    }
}

/// Computes the z of a group for a range of chunks and passes it on as finish_products() does.
template <class Take, class Done>
void convolve_group(const WinogradWorkspace& ws, const TileGroup& g, const float* x, Range chunks, float* scratch,
                    const Take& take, const Done& done) {
    const int channels = ws.conv().channels, tiles = g.samples * g.rows * ws.plan.columns;
    float* packed = scratch + ws.at.packed;
    float *inputs = scratch + ws.at.inputs, *products = scratch + ws.at.products;
    const Index input_stride = ws.input_stride(), product_stride = ws.product_stride();
    transform_inputs(ws, g, x, packed, inputs, input_stride);
    for (int chunk = chunks.first; chunk < chunks.last; ++chunk) {
        const int width = ws.width(chunk);
        for (int f = 0; f < frequencies; ++f)
            multiply({inputs + f * input_stride, channels, 1}, tiles, channels,
                     ws.weights(chunk) + Index{f} * channels * width, width, products + f * product_stride, width);
        finish_products(ws, g, chunk, products, product_stride, take, done);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
