// What Winograd's passes share: their sizes, the groups of tiles, and where z is kept.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_WORKSPACE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_WORKSPACE_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_WORKSPACE_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_WORKSPACE_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/affine_table-inl.hpp"
#include "runtime/cpu/conv_block/winograd/layout.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"
#include "runtime/cpu/conv_block/winograd/tile-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sizes of one pass, and where it keeps what it computes.
struct WinogradWorkspace {
    WinogradPlan plan;
    WinogradWork at;
    float* work;
    int blocks, chunks;  // blocks of output channels, and pairs of them

    WinogradWorkspace(const ConvPlan& conv_plan, int n, bool backward, float* unaligned)
        : plan(conv_plan.block()),
          at(plan, n, backward),
          work(aligned(unaligned)),
          blocks(plan.conv().filters / lanes),
          chunks((blocks + 1) / 2) {}

    const ConvGeometry& conv() const { return plan.conv(); }
    AffineTable affine() const { return {work + at.affine, conv().filters}; }
    float* sums() const { return work + at.sums; }
    float* scratch(int thread) const { return work + at.scratch + thread * at.scratch_stride; }

    int first_block(int chunk) const { return 2 * chunk; }
    int last_block(int chunk) const { return std::min(2 * chunk + 2, blocks); }
    int width(int chunk) const { return (last_block(chunk) - first_block(chunk)) * lanes; }
    float* weights(int chunk) const {
        return work + at.weights + Index{first_block(chunk)} * lanes * conv().channels * frequencies;
    }

    /// Floats from one frequency to the next.
    Index input_stride() const { return WinogradWork::frequency_stride(at.tiles, conv().channels); }
    Index product_stride() const { return WinogradWork::frequency_stride(at.tiles, 2 * max_lanes); }
    Index weight_gradient_stride() const { return WinogradWork::frequency_stride(conv().channels, 2 * max_lanes); }

    /// The part of y of the tile in the given row and column of tiles, in a blocked image as wide as y.
    TileOfY tile_of_y(int row, int column) const {
        return {plan.y_rows(row + 1) - plan.y_rows(row), plan.block.y_w() - column * plan.y_side(),
                Index{plan.block.y_w()} * lanes};
    }
};

/// Where a block of channels of a sample begins, in images whose channels have `plane` values.
inline Index block_at(int filters, int s, int block, Index plane) {
    return (Index{s} * filters + block * lanes) * plane;
}

/// z as a training step keeps it (WinogradPlan::z_by_tiles).
struct KeptZ {
    float* z;
    int filters;
    Index plane, tile_row, tile, row;  // floats from one to the next; `row` within a tile

    KeptZ(const WinogradPlan& p, float* z) : z(z), filters(p.conv().filters), plane(p.z_plane()) {
        const Index width = p.conv().out_w(), columns = p.columns;
        tile = (p.z_by_tiles() ? tile_size : tile_side) * lanes;
        row = (p.z_by_tiles() ? tile_side : width) * lanes;
        tile_row = p.z_by_tiles() ? columns * tile : Index{tile_side} * row;
    }
    float* at(int s, int block, int tile_y, int tile_x) const {
        return z + block_at(filters, s, block, plane) + tile_y * tile_row + tile_x * tile;
    }
    /// Prefetches a tile that is read some tiles after this one: z comes from memory, and the work on a tile hides from
    /// the processor's own prefetching that z is read in order.
    TN_INLINE static void prefetch_ahead(const float* of_tile) {
        constexpr int tiles = 8;
        TN_UNROLL for (int i = 0; i < tile_size; ++i) __builtin_prefetch(of_tile + (tiles * tile_size + i) * lanes);
    }
};

/// Tiles that are computed together: rows [row, row + rows) of tiles of the samples [sample, sample + samples).
struct TileGroup {
    int sample, samples, row, rows;
};

/// Calls f(group) for all tiles of the samples.
template <class F> void each_group(const WinogradPlan& p, bool backward, Range all, const F& f) {
    const int samples = p.group_samples(backward), rows = p.group_rows(backward);
    for (int s = all.first; s < all.last; s += samples)
        for (int row = 0; row < p.rows; row += rows)
            f(TileGroup{s, std::min(samples, all.last - s), row, std::min(rows, p.rows - row)});
}

}  // namespace tn::cpu::TN_ISA
#endif
