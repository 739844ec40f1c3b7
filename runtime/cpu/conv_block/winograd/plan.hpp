// Winograd's method for a block: its sizes, constants of the geometry.
//
// A tile is 4 x 4 outputs of the convolution. They are computed from Winograd's products, normalised, rectified and
// pooled in registers, with vectors of output channels. Inside, images are blocked: [channels / lanes][height][width]
// [lanes]. Tiles are computed in groups, whose products stay in the L2 cache, and in each group the output channels in
// chunks of two vectors.
//
// The transformed weights of a deep layer are larger than the caches of a core, so that a group of the size of those
// would read all of them from memory. Its groups are as many samples as the caches of all cores hold, and all threads
// compute a group together, each its chunks.
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"

namespace tn::cpu {

inline constexpr int tile_side = 4, tile_size = tile_side * tile_side;

/// Winograd's F(4 x 4, 3 x 3): the inputs of a tile, and its products, are 6 x 6.
inline constexpr int frequency_side = 6, frequencies = frequency_side * frequency_side;

struct WinogradPlan {
    BlockGeometry block;
    int rows, columns;   // tiles of a plane
    int packed_columns;  // of the input with its margin

    constexpr explicit WinogradPlan(const BlockGeometry& b)
        : block(b),
          rows((b.conv.out_h() + tile_side - 1) / tile_side),
          columns((b.conv.out_w() + tile_side - 1) / tile_side),
          packed_columns(tile_side * columns + b.conv.kernel_w - 1) {}

    constexpr const ConvGeometry& conv() const { return block.conv; }
    constexpr int depth() const { return conv().channels * conv().taps(); }
    constexpr int packed_rows(int tile_rows) const { return tile_side * tile_rows + conv().kernel_h - 1; }
    constexpr Index packed_plane(int tile_rows) const { return Index{packed_rows(tile_rows)} * packed_columns; }

    /// z is kept tile after tile where only backward reads it, because y comes from the z at the argmax of its window;
    /// otherwise in rows, as y is.
    constexpr bool z_by_tiles() const { return block.pool(); }
    constexpr Index z_plane() const { return z_by_tiles() ? Index{rows} * columns * tile_size : conv().out_plane(); }
    /// Floats of z of one sample.
    constexpr Index z_size() const { return conv().filters * z_plane(); }

    /// Rows of y that a tile has: its pooled ones, or all.
    constexpr int y_side() const { return block.pool() ? tile_side / 2 : tile_side; }
    /// Rows of y that the first `tile_rows` rows of tiles give.
    constexpr int y_rows(int tile_rows) const { return std::min(block.y_h(), y_side() * tile_rows); }
    /// Values of a plane of z in the tiles before the one in this row and column, which come row by row.
    constexpr int z_before(int row, int column) const {
        const int height = conv().out_h(), width = conv().out_w();
        const int tile_height = std::min(tile_side, height - row * tile_side);
        return row * tile_side * width + tile_height * std::min(column * tile_side, width);
    }

    constexpr bool deep(bool backward) const {
        return Index{conv().channels} * conv().filters >= (backward ? 1 << 14 : 1 << 17);
    }
    /// Samples of a group of a deep layer.
    constexpr int deep_samples(int n) const {
        const int tiles = (1 << 16) / std::max(conv().channels, conv().filters);
        return std::clamp(tiles / (rows * columns), 1, n);
    }

    /// How many tiles form a group: as many as keep their products in the L2 cache.
    constexpr int most_tiles(bool backward) const {
        return std::clamp((backward ? 1024 : 2048) / conv().channels, 8, 64);
    }
    /// Rows of tiles of a group, evenly divided.
    constexpr int group_rows(bool backward) const {
        const int most = std::clamp(most_tiles(backward) / columns, 1, rows), groups = (rows + most - 1) / most;
        return (rows + groups - 1) / groups;
    }
    /// Samples of a group, where one has few tiles.
    constexpr int group_samples(bool backward) const {
        return std::clamp(most_tiles(backward) / (rows * columns), 1, 4);
    }
    constexpr int group_tiles(bool backward) const { return group_samples(backward) * group_rows(backward) * columns; }
};

}  // namespace tn::cpu
