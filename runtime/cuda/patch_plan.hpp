// How a convolution multiplies patches of images: constant expressions of its geometry. A patch is what the pixels of a
// tile read of a few samples, once for all taps; it lies in shared memory with the channels of a pixel side by side, so
// that a tap is a constant distance and needs no index of its own.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/tile.hpp"

namespace tn::cuda {

/// Values of the inner extent in one word of shared memory.
constexpr int values_per_word(Precision p) { return p == Precision::bf16 ? 2 : 1; }

/// A convolution as a correlation, forward or backward: zeros around [channels][height][width], whose values lie
/// `apart` with zeros between, make [rows][out_h][out_w].
struct Correlation {
    int channels, height, width, apart;
    int rows, out_h, out_w;
    int kernel_h, kernel_w, stride, pad_h, pad_w;
    bool transposed;  // weights are [channels][rows][taps], with the taps in the opposite order

    /// x gives z.
    static constexpr Correlation forward(const ConvGeometry& c) {
        return {c.channels, c.height,   c.width,  1,     c.filters, c.out_h(), c.out_w(),
                c.kernel_h, c.kernel_w, c.stride, c.pad, c.pad,     false};
    }
    /// z's gradient gives x's.
    static constexpr Correlation backward(const ConvGeometry& c) {
        return {c.filters,
                c.out_h(),
                c.out_w(),
                c.stride,
                c.channels,
                c.height,
                c.width,
                c.kernel_h,
                c.kernel_w,
                1,
                c.kernel_h - 1 - c.pad,
                c.kernel_w - 1 - c.pad,
                true};
    }
    constexpr int taps() const { return kernel_h * kernel_w; }

    bool operator==(const Correlation&) const = default;
};

/// The columns of a tile, as units that are neighbours in a few samples: pixels, or pooling windows of several pixels.
/// Every extent is a power of two, so that a column's place is the sum of what its bits give.
struct Field {
    int samples, height, width;             // units
    int units_h, units_w;                   // of a whole sample
    int window = 1, apart = 1, pixels = 1;  // a unit's side, the distance of two, and the columns of one

    static constexpr int power_of_two(int least) {
        int p = 1;
        while (p < least) p *= 2;
        return p;
    }
    /// A square or twice that, as far as the plane has room.
    static constexpr Field of(int columns, int units_h, int units_w) {
        int width = 1;
        while (width * width < columns) width *= 2;
        width = std::min(width, power_of_two(units_w));
        const int height = std::min(columns / width, power_of_two(units_h));
        return {columns / (width * height), height, width, units_h, units_w};
    }
    /// The same of pooling windows, if there are any.
    static constexpr Field of_windows(int columns, const BlockGeometry& g) {
        if (!g.pool()) return of(columns, g.y_h(), g.y_w());
        const int pixels = power_of_two(g.pool_window * g.pool_window);
        Field f = of(columns < pixels ? 1 : columns / pixels, g.y_h(), g.y_w());
        f.window = g.pool_window;
        f.apart = g.pool_stride;
        f.pixels = pixels;
        return f;
    }
    constexpr int columns() const { return samples * height * width * pixels; }
    constexpr int units() const { return samples * height * width; }
    constexpr int tiles_h() const { return (units_h + height - 1) / height; }
    constexpr int tiles_w() const { return (units_w + width - 1) / width; }
    constexpr int tiles(int n) const { return (n + samples - 1) / samples * tiles_h() * tiles_w(); }
    /// No unit of a tile lies outside of the plane, and so none outside of the batch.
    constexpr bool always_full() const { return samples == 1 && units_h % height == 0 && units_w % width == 0; }

    bool operator==(const Field&) const = default;
};

/// What a tile reads: a patch of each of its samples, some words of channels at a time.
struct PatchPlan {
    int height, width, pixels;
    int words, pitch;   // of a pixel; the pitch in fours, an odd number of which keeps 8 pixels on different banks
    int values, steps;  // channels of a patch, and patches until all channels have been read
    std::size_t bytes;

    /// With so many words of a pixel.
    static constexpr PatchPlan with(const Correlation& c, const Field& f, Precision p, int words, int margin = 1) {
        const int height = ((f.height - 1) * f.apart + f.window - 1) * c.stride + c.kernel_h,
                  width = ((f.width - 1) * f.apart + f.window - 1) * c.stride + c.kernel_w;
        const int pixels = f.samples * height * width, pitch = words / 4 + margin, values = words * values_per_word(p);
        const std::size_t bytes = Index{pixels} * pitch * 16;
        return {height, width, pixels, words, pitch, values, (c.channels + values - 1) / values, bytes};
    }
    /// With as many channels as there are and shared memory has room for.
    static constexpr PatchPlan of(const Correlation& c, const Field& f, Precision p, int most_words) {
        const int all = (c.channels + values_per_word(p) - 1) / values_per_word(p);
        int words = most_words;
        while (words > 8 && (words / 2 >= all || with(c, f, p, words).bytes > most_bytes)) words /= 2;
        return with(c, f, p, words);
    }
    static constexpr std::size_t most_bytes = 24 * 1024;

    /// Fewer channels leave too much of a step of the tensor cores empty.
    static constexpr int least_channels = 8;
    constexpr bool pays(const Correlation& c) const { return c.channels >= least_channels && bytes <= most_bytes; }
};

/// How a convolution's product is computed, forward, in evaluation or backward.
struct ProductPlan {
    Correlation of;
    Tile tile;
    Field field;
    PatchPlan patch;

    static constexpr ProductPlan forward(const BlockGeometry& g, Precision p) {
        const Correlation of = Correlation::forward(g.conv);
        return with(of, Field::of(Tile::of(of.rows).columns, of.out_h, of.out_w), p);
    }
    static constexpr ProductPlan evaluation(const BlockGeometry& g, Precision p) {
        const Correlation of = Correlation::forward(g.conv);
        return with(of, Field::of_windows(Tile::of(of.rows).columns, g), p);
    }
    static constexpr ProductPlan backward(const BlockGeometry& g, Precision p) {
        const Correlation of = Correlation::backward(g.conv);
        return with(of, Field::of(Tile::of(of.rows).columns, of.out_h, of.out_w), p);
    }

    constexpr bool by_patches() const { return patch.pays(of); }
    constexpr int row_tiles() const { return (of.rows + tile.rows - 1) / tile.rows; }
    /// Steps of 8 words that 16 rows of the weights have.
    constexpr int steps() const { return patch.steps * of.taps() * patch.words / 8; }
    /// Words of all weights in the order in which the product reads them (runtime/cuda/kernels/pack_weights.hpp).
    constexpr std::size_t packed_words() const {
        if (!by_patches()) return 0;
        return Index{row_tiles() * tile.rows} * steps() * 8;
    }

private:
    static constexpr ProductPlan with(const Correlation& c, const Field& f, Precision p) {
        const Tile tile = Tile::of(c.rows);
        return {c, tile, f, PatchPlan::of(c, f, p, tile.columns <= 64 ? 32 : 16)};
    }
};

/// How the weights' gradient is computed from patches of x: dW = dz x' for a block's rows (filters), channels and taps,
/// summed over its part of the fields of pixels.
struct GradientPlan {
    int channels, rows, kernel_rows;  // of a block
    int across, down;                 // warps along channels, which have 8 each; tiles of 16 rows of a warp
    Correlation of;                   // with the block's taps
    Field field;
    PatchPlan patch;
    int row_tiles, channel_tiles, tap_tiles;

    /// Words of the pixels of a field: of a row of dz. With 4 of margin the lanes of a warp are on different banks.
    static constexpr int words = 64, pitch = words / 4 + 1;
    /// As many blocks as an H100's 132 multiprocessors run together: more would sum less and store more.
    static constexpr int blocks_together = 3, most_blocks = 132 * blocks_together;

    constexpr GradientPlan(const ConvGeometry& c, Precision p)
        : channels(c.channels <= 16 || c.filters > 32 ? 16 : 32),
          rows(0),
          kernel_rows(c.taps() <= most_taps ? c.kernel_h : 1),
          across(channels / 8),
          down(0),
          of(Correlation::forward(c)),
          field(Field::of(words * values_per_word(p), c.out_h(), c.out_w())),
          patch(PatchPlan::with(of_block(c), field, p, channels / values_per_word(p), margin(p))),
          row_tiles(0),
          channel_tiles((c.channels + channels - 1) / channels),
          tap_tiles(c.kernel_h / kernel_rows) {
        const int warps_down = 4 / across;
        down = c.filters > 16 * warps_down ? 2 : 1;
        rows = 16 * warps_down * down;
        row_tiles = (c.filters + rows - 1) / rows;
        of = of_block(c);
    }

    constexpr bool by_patches() const { return patch.pays(of) && of.kernel_w <= most_taps; }
    constexpr std::size_t shared_bytes() const { return patch.bytes + rows * pitch * 16; }
    /// Blocks of one part, and the values that each leaves.
    constexpr int tiles() const { return row_tiles * channel_tiles * tap_tiles; }
    constexpr int tile_values() const { return rows * channels * of.taps(); }
    constexpr int parts(int n) const { return std::clamp(field.tiles(n) / 2, 1, std::max(most_blocks / tiles(), 1)); }

private:
    /// Without transposed loads pixels lie 8 or 24 banks apart, on which 4 pixels of 8 channels do not meet.
    static constexpr int margin(Precision p) { return p == Precision::bf16 ? 1 : 2; }
    static constexpr int most_taps = 9;  // a thread has 4 accumulators or 8 for each
    constexpr Correlation of_block(const ConvGeometry& c) const {
        Correlation block = Correlation::forward(c);
        block.kernel_h = kernel_rows;
        return block;
    }
};

}  // namespace tn::cuda
