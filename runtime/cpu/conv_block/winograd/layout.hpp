// Where Winograd's passes keep things in `saved` and `work`, in floats.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"

namespace tn::cpu {

/// SavedStatistics, z, and with pooling the z at the argmax of every window, both blocked. Nothing if y is z.
struct WinogradSaved {
    Index z = 0, argmax_z = 0, floats = 0;

    constexpr WinogradSaved(const WinogradPlan& plan, int n) {
        if (plan.block.z_is_y()) return;
        const Index samples = n;
        z = SavedStatistics::floats(plan.conv().filters);
        argmax_z = z + samples * plan.z_size();
        floats = argmax_z + (plan.block.pool() ? samples * plan.block.y_size() : 0) + 2 * max_lanes;
    }
};

/// The scratch of one pass.
struct WinogradWork {
    Index weights = 0, affine = 0, channels = 0, sums = 0;
    Index partial = 0, partial_stride = 0;  // per slice: dw
    Index scratch = 0, scratch_stride = 0;  // per thread
    // Within a thread's scratch:
    Index packed = 0, inputs = 0, products = 0, input_gradients = 0, weight_gradients = 0, dx = 0, dx_stride = 0,
          lines = 0;
    Index kernels = 0, chunk_weights = 0;  // of a deep layer, whose inputs and products lie outside
    int tiles = 0, samples = 0;            // of a group
    Index floats = 0;

    /// What the tiles read of every channel: mean, scale, shift, the sign of gamma and the three factors of dz.
    static constexpr Index affine_rows = 7;

    /// The floats from one frequency to the next of `tiles` x `channels` values: no multiple of a cache's way.
    static constexpr Index frequency_stride(int tiles, int channels) {
        return round_up(Index{tiles} * channels) + max_lanes;
    }

    constexpr WinogradWork(const WinogradPlan& plan, int n, bool backward) {
        if (plan.deep(backward)) {
            lay_out_deep(plan, n, backward);
            return;
        }
        const ConvGeometry& c = plan.conv();
        const Index channels_in = c.channels, filters = c.filters;
        tiles = plan.group_tiles(backward);
        samples = plan.group_samples(backward);
        Regions thread;
        packed = thread.take(channels_in * plan.packed_plane(plan.group_rows(backward)) + max_lanes);
        lines = thread.take(Index{plan.group_rows(backward)} * plan.y_side() * plan.block.y_w() * max_lanes);
        // The weights of a block are blocked here before they are transformed.
        inputs = thread.take(
            std::max(frequencies * frequency_stride(tiles, c.channels), channels_in * c.taps() * max_lanes));
        products = thread.take(frequencies * frequency_stride(tiles, 2 * max_lanes));
        if (backward) {
            input_gradients = thread.take(frequencies * frequency_stride(tiles, c.channels));
            weight_gradients = thread.take(frequencies * frequency_stride(c.channels, 2 * max_lanes));
            dx_stride = round_up(channels_in * plan.packed_plane(plan.rows));
            dx = thread.take(samples * dx_stride);
        }
        scratch_stride = thread.with_alignment();
        Regions regions;
        weights = regions.take(channels_in * filters * frequencies);
        affine = regions.take(affine_rows * filters);
        channels = regions.take(channel_floats * filters);
        sums = regions.take(2 * Index{n} * filters);
        // Backward runs by slices; forward divides few samples among as many threads.
        const Index slices = Slices(n).count;
        if (backward) {
            partial_stride = plan.depth() * filters;
            partial = regions.take(slices * partial_stride);
        }
        scratch = regions.take((backward ? slices : max_slices) * scratch_stride);
        floats = regions.with_alignment();
    }

private:
    constexpr void lay_out_deep(const WinogradPlan& plan, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        constexpr Index width = 2 * max_lanes;  // of a chunk
        samples = plan.deep_samples(n);
        tiles = samples * plan.rows * plan.columns;
        Regions thread;
        packed = thread.take(c.channels * plan.packed_plane(plan.rows) + max_lanes);
        lines = thread.take(Index{plan.rows} * plan.y_side() * plan.block.y_w() * max_lanes);
        kernels = thread.take(Index{c.channels} * c.taps() * max_lanes);
        chunk_weights = thread.take(frequencies * width * (backward ? std::max(c.channels, c.filters) : c.channels));
        weight_gradients = thread.take(backward ? frequencies * frequency_stride(c.channels, width) : 0);
        dx = thread.take(backward ? width * plan.packed_plane(plan.rows) : 0);
        // A chunk's products; in backward the gradients of a panel's inputs.
        input_gradients = thread.take(frequencies * frequency_stride(tiles, width));
        scratch_stride = thread.with_alignment();
        Regions regions;
        inputs = regions.take(frequencies * frequency_stride(tiles, c.channels));
        // Of all chunks, of which there are most with the shortest vectors.
        if (backward)
            products = regions.take(frequencies *
                                    (Index{tiles} * (c.filters + width) + (c.filters / 8 + 1) * Index{2 * max_lanes}));
        affine = regions.take(affine_rows * Index{c.filters});
        channels = regions.take(channel_floats * Index{c.filters});
        sums = regions.take(2 * Index{n} * c.filters);
        if (backward) partial = regions.take(Index{plan.depth()} * c.filters);
        scratch = regions.take(max_slices * scratch_stride);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
