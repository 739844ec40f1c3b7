// Inference of convolutions whose values have their channels side by side, [n][height][width][channels]: how they are
// cut into tasks, and their scratch.
//
// A convolution is a product of matrices: a row for every position, of the channels under its window, times the
// weights. Rows are broadcast value by value and multiply vectors of filters. Of a window of one pixel the rows are x
// itself.
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/method.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"

namespace tn::cpu {

enum class ChannelsLastMethod { product, winograd, depthwise };

struct ChannelsLastPlan {
    BlockGeometry block;
    Sides last;
    ChannelsLastMethod method;

    constexpr const ConvGeometry& conv() const { return block.conv; }
    constexpr int depth() const { return conv().channels * conv().taps(); }
    /// Whether the values of a position are a row of the product as they lie in x.
    constexpr bool rows_are_x() const {
        return conv().taps() == 1 && conv().stride == 1 && conv().pad == 0 && conv().more_pad == 0;
    }

    /// Whether windows that lie inside are read where they are, value by value; where rows of positions are short, most
    /// windows reach over a margin, and all are gathered.
    constexpr bool reads_windows() const { return !rows_are_x() && conv().out_w() >= 2 * max_lanes; }
    /// Floats from a position to the next one in its row, as x lies.
    constexpr Index position_step() const { return Index{conv().stride} * (last.x ? conv().channels : 1); }
    /// From the first value of a window to value k of a row.
    constexpr Index window_offset(int k) const {
        const ConvGeometry& c = conv();
        const int tap = k / c.channels, channel = k % c.channels;
        const Index pixel = Index{tap / c.kernel_w} * c.width + tap % c.kernel_w;
        return last.x ? pixel * c.channels + channel : channel * c.in_plane() + pixel;
    }

    /// Positions of a block of rows: what the L2 cache holds beside a panel of weights.
    constexpr int block_rows() const { return std::clamp(24 * 1024 / depth() / 8 * 8, 8, 64); }

    /// Channels of a depthwise convolution that are computed at a time.
    constexpr int depthwise_piece() const {
        const int floats = 8 * 1024 / (conv().kernel_h * conv().width);
        return std::max(floats / max_lanes, 1) * max_lanes;
    }

    // Winograd's tiles.
    constexpr int tile_rows() const { return (conv().out_h() + tile_side - 1) / tile_side; }
    constexpr int tile_columns() const { return (conv().out_w() + tile_side - 1) / tile_side; }
    /// As many tiles as keep their products in the L2 cache.
    constexpr int group_tiles() const { return std::clamp(4096 / conv().channels / 8 * 8, 16, 64); }
    constexpr Index tiles(int n) const { return Index{n} * tile_rows() * tile_columns(); }
    /// Tiles of a group where so many threads share those of n samples.
    constexpr int tiles_together(int n, int threads) const {
        return static_cast<int>(std::clamp<Index>((tiles(n) + threads - 1) / threads, 1, group_tiles()));
    }
    /// Floats from one tile's inputs to the next.
    constexpr Index inputs_row() const { return round_up(Index{conv().channels}); }
};

/// The scratch of a task by Winograd's method: the inputs of so many tiles, then the products of a panel, each by
/// frequency. Floats from one frequency to the next are no multiple of a cache's way.
struct WinogradTiles {
    Index inputs_stride, products_stride, floats;

    constexpr WinogradTiles(const ChannelsLastPlan& plan, int together)
        : inputs_stride(together * plan.inputs_row() + max_lanes),
          products_stride(Index{together} * 3 * max_lanes + max_lanes),
          floats(round_up(frequencies * (inputs_stride + products_stride))) {}
};

/// What is kept of the weights: packed, and a float to be added for every filter.
struct ChannelsLastKept {
    Index weights = 0, shifts = 0, floats = 0;

    constexpr ChannelsLastKept(const ConvGeometry& c, ChannelsLastMethod method) {
        const Index filters = round_up(Index{c.filters});
        switch (method) {
            case ChannelsLastMethod::product: shifts = filters * c.channels * c.taps(); break;
            case ChannelsLastMethod::winograd: shifts = filters * c.channels * frequencies; break;
            case ChannelsLastMethod::depthwise: shifts = filters * c.taps(); break;
        }
        floats = shifts + filters;
    }
};

/// A block whose values lie plane by plane infers so few positions at a time, of all samples, by the rows of their
/// pixels and kept weights: each panel of weights is read once, where other methods transform it or read it in another
/// order than it lies in.
inline constexpr int few_positions = 64;

/// How many samples, of up to `most`, are so few; none where weights are few, too.
constexpr int few_positions_samples(const BlockGeometry& b, Method method, int most) {
    const ConvGeometry& c = b.conv;
    const bool deep = method == Method::winograd || method == Method::product;
    if (!deep || Index{c.channels} * c.filters < (1 << 14)) return 0;
    return static_cast<int>(std::min<Index>(most, few_positions / c.out_plane()));
}

/// The scratch of such a pass over n samples.
struct FewPositionsWork {
    Index x = 0, nothing = 0, sums = 0;  // the rows of x; zeros for what is outside; the sums of all positions
    Index sums_row = 0, floats = 0;

    constexpr FewPositionsWork(const BlockGeometry& b, int n) {
        const ConvGeometry& c = b.conv;
        Regions regions;
        x = regions.take(n * c.in_size());
        nothing = regions.take(c.channels);
        sums_row = round_up(Index{c.filters});
        sums = regions.take(n * c.out_plane() * sums_row);
        floats = regions.with_alignment();
    }
};

/// The scratch of one pass.
struct ChannelsLastWork {
    bool transposes_x = false;
    Index x = 0, y = 0;               // in the other layout, of the whole batch
    Index rows = 0, rows_stride = 0;  // per task: gathered, or Winograd's tiles, as many as there are threads for
    Index offsets = 0;                // window_offset() of all values
    Index floats = 0;

    constexpr ChannelsLastWork(const ChannelsLastPlan& plan, int n) {
        const ConvGeometry& c = plan.conv();
        Regions regions;
        const bool gathers = plan.method == ChannelsLastMethod::product && !plan.rows_are_x();
        transposes_x = !plan.last.x && !gathers;
        if (transposes_x) x = regions.take(n * c.in_size());
        if (!plan.last.y) y = regions.take(n * c.out_size());
        if (plan.method == ChannelsLastMethod::winograd) {
            Index most = 0;
            for (int threads = 1; threads <= max_slices; ++threads) {
                const int together = plan.tiles_together(n, threads);
                const Index tasks = std::min<Index>((plan.tiles(n) + together - 1) / together, max_slices);
                most = std::max(most, tasks * WinogradTiles(plan, together).floats);
            }
            rows = regions.take(most);
        } else if (gathers) {
            rows_stride = round_up(Index{plan.block_rows()} * plan.depth());
            rows = regions.take(max_slices * rows_stride);
            if (plan.reads_windows()) offsets = regions.take(plan.depth() * Index{sizeof(Index) / sizeof(float)});
        }
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
