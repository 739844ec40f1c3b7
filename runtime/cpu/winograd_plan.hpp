// How a block is computed tile by tile from Winograd's products (Method::winograd): its sizes, constant expressions of
// the geometry.
//
// A tile is 4 x 4 outputs of the convolution. They are computed, normalised, rectified and pooled in registers, a
// vector over the output channels. Inside, images are blocked: [channels / lanes][height][width][lanes].
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/cpu/method.hpp"

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
    constexpr std::size_t packed_plane(int tile_rows) const {
        return std::size_t(packed_rows(tile_rows)) * std::size_t(packed_columns);
    }

    /// z is kept in rows, as y is, or where y has its maxima, and backward alone reads z, tile behind tile.
    constexpr bool z_by_tiles() const { return block.pool(); }
    constexpr std::size_t z_plane() const {
        return z_by_tiles() ? std::size_t(rows) * std::size_t(columns) * tile_size : conv().out_plane();
    }

    /// Rows of y that a tile has: its pooled ones, or all.
    constexpr int y_side() const { return block.pool() ? tile_side / 2 : tile_side; }
    /// The first row of y behind the given tile rows.
    constexpr int y_rows(int tile_rows) const { return std::min(block.y_h(), y_side() * tile_rows); }

    /// How many tiles are computed together: as many as keep their products in the L2 cache.
    constexpr int most_tiles(bool backward) const {
        return std::clamp((backward ? 1024 : 2048) / conv().channels, 8, 64);
    }
    /// Rows of tiles that go together, evenly cut.
    constexpr int group_rows(bool backward) const {
        const int most = std::clamp(most_tiles(backward) / columns, 1, rows), groups = (rows + most - 1) / most;
        return (rows + groups - 1) / groups;
    }
    /// Samples that go together where one has few tiles.
    constexpr int group_samples(bool backward) const {
        return std::clamp(most_tiles(backward) / (rows * columns), 1, 4);
    }
    constexpr int group_tiles(bool backward) const { return group_samples(backward) * group_rows(backward) * columns; }
};

/// Where the tiled passes keep things in `work`, in floats from its first multiple of 64 bytes. A thread has a part of
/// the scratch to itself while a pass runs.
struct WinogradWork {
    // `affine` has affine_rows rows, then a Channel (conv_block-inl.hpp) for each.
    std::size_t weights = 0, affine = 0, sums = 0, partial = 0, partial_stride = 0, scratch = 0, scratch_stride = 0;
    std::size_t packed = 0, inputs = 0, products = 0, input_gradients = 0, weight_gradients = 0, dx = 0, dx_stride = 0,
                lines = 0;  // within a thread's scratch
    std::size_t floats = 0;

    /// What is known of a channel: mean, scale, shift, the sign of gamma and the three factors of dz.
    static constexpr std::size_t affine_rows = 7;

    /// The floats from one frequency to the next of `tiles` x `channels` values: no multiple of a cache's way.
    static constexpr std::size_t frequency(int tiles, int channels) {
        return round_up(std::size_t(tiles) * std::size_t(channels)) + max_lanes;
    }

    constexpr WinogradWork(const WinogradPlan& plan, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        const auto channels = std::size_t(c.channels), filters = std::size_t(c.filters);
        const int tiles = plan.group_tiles(backward), samples = plan.group_samples(backward);
        std::size_t end = 0;
        const auto take = [&end](std::size_t size) {
            const std::size_t start = end;
            end = round_up(end + size);
            return start;
        };
        packed = take(channels * plan.packed_plane(plan.group_rows(backward)) + max_lanes);
        lines = take(std::size_t(plan.group_rows(backward) * plan.y_side() * plan.block.y_w()) * max_lanes);
        // The weights of a block are blocked here before they are transformed.
        inputs =
            take(std::max(frequencies * frequency(tiles, c.channels), channels * std::size_t(c.taps()) * max_lanes));
        products = take(frequencies * frequency(tiles, 2 * max_lanes));
        if (backward) {
            input_gradients = take(frequencies * frequency(tiles, c.channels));
            weight_gradients = take(frequencies * frequency(c.channels, 2 * max_lanes));
            dx_stride = round_up(channels * plan.packed_plane(plan.rows));
            dx = take(std::size_t(samples) * dx_stride);
        }
        scratch_stride = end + max_lanes;
        end = 0;
        weights = take(channels * filters * frequencies);
        affine = take(affine_rows * filters + 6 * filters);
        sums = take(2 * std::size_t(n) * filters);
        if (backward) {
            partial_stride = std::size_t(plan.depth()) * filters;
            partial = take(max_slices * partial_stride);
        }
        scratch = take(max_slices * scratch_stride);
        floats = end + max_lanes;
    }
};

}  // namespace tn::cpu
