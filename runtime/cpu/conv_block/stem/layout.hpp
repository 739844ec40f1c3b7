// Where the stem passes keep things in `saved` and `work`, in floats.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"

namespace tn::cpu {

/// SavedStatistics, with norm the moments of the patches (doubles), and the argmax of every window (bytes).
struct StemSaved {
    Index moments = 0, argmax = 0, floats = 0;

    constexpr StemSaved(const StemPlan& plan, int n) {
        moments = SavedStatistics::floats(plan.conv().filters);
        argmax = moments + (plan.block.norm ? 2 * plan.moments() : 0);
        const Index bytes = n * plan.block.y_size();
        floats = argmax + (bytes + sizeof(float) - 1) / sizeof(float);
    }
};

/// The scratch of one pass. dx is computed by the direct method, as `direct` says.
struct StemWork {
    Index weights = 0, channels = 0, moments = 0, gradients = 0, channel_sums = 0, dx_weights = 0;
    Index scratch = 0, scratch_stride = 0;                                    // per thread
    Index column = 0, planes = 0, inputs = 0, rows = 0, dz = 0, dx_band = 0;  // within a thread's scratch
    Index floats = 0;

    /// Doubles of a slice's sums for a filter: of g times each value of the patch, and of g.
    static constexpr int sums_of_filter(const StemPlan& plan) { return plan.depth() + 1; }
    /// Doubles of a row of x with room for the shifts on both sides.
    static constexpr Index row_doubles(const StemPlan& plan) { return round_up(plan.conv().width) + 2 * max_lanes; }

    constexpr StemWork(const StemPlan& plan, const DirectPlan& direct, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        const Index slices = Slices(n).count;
        const Index channels_in = c.channels, filters = c.filters;
        const Index strip = plan.strip_rows(backward) * plan.line() * channels_in;
        constexpr Index double_floats = sizeof(double) / sizeof(float);
        Regions thread;
        column = thread.take(2 * plan.line() + 4 * max_lanes);
        planes = thread.take(channels_in * plan.x_rows(backward) * patch_side * plan.line());
        inputs = thread.take(strip * patch_size);
        if (backward) {
            dz = thread.take(direct.packed_dz());
            dx_band = thread.take(direct.dx_band());
        } else {
            rows = thread.take(double_floats * 3 * channels_in * row_doubles(plan));
        }
        scratch_stride = thread.with_alignment();
        Regions regions;
        weights = regions.take(filters * channels_in * patch_size);
        channels = regions.take(channel_floats * filters);
        if (backward) {
            gradients = regions.take(double_floats * slices * filters * sums_of_filter(plan));
            channel_sums = regions.take(double_floats * 2 * filters);
            dx_weights = regions.take(round_up(c.channels, max_tile) * filters * kernel_taps);
        } else {
            moments = regions.take(double_floats * slices * plan.moments());
        }
        // Backward runs by slices; forward divides few samples among as many threads.
        scratch = regions.take((backward ? slices : max_slices) * scratch_stride);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
