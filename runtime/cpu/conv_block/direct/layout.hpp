// Where the direct passes keep things in `saved` and `work`, in floats.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu {

/// SavedStatistics, z, and with pooling the z at the argmax of every window. Nothing if y is z.
struct DirectSaved {
    Index z = 0, argmax_z = 0, floats = 0;

    constexpr DirectSaved(const DirectPlan& plan, int n) {
        if (plan.block.z_is_y()) return;
        const Index samples = n;
        z = SavedStatistics::floats(plan.conv().filters);
        argmax_z = z + samples * plan.z_size();
        // Whole vectors are read from the end of z.
        floats = argmax_z + (plan.block.pool() ? samples * plan.block.y_size() : 0) + 2 * max_lanes;
    }
};

/// The scratch of one pass.
struct DirectWork {
    Index weights = 0;                      // packed, tile by tile
    Index packed = 0, packed_stride = 0;    // per task: packed x; in backward of a group, and its dz
    Index band = 0, band_stride = 0;        // per task: rows of z, or of dx before they are spread
    Index partial = 0, partial_stride = 0;  // per slice: dw
    Index sums = 0, channels = 0, floats = 0;

    constexpr DirectWork(const DirectPlan& plan, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        const Index tasks = backward ? Slices(n).count : max_slices;
        Regions regions;
        if (!backward) {
            weights = regions.take(Index{round_up(c.filters, max_tile)} * plan.depth());
            packed_stride = round_up(plan.packed_x()) + max_lanes;
            const Grid rows{plan.z_rows(plan.band_rows()), plan.z.columns, plan.row};
            band_stride = round_up(Index{max_tile} * rows.out_plane() + 2 * max_lanes);
        } else {
            weights = regions.take(Index{round_up(c.channels, max_tile)} * c.filters * c.taps());
            packed_stride = plan.group() * (round_up(plan.packed_x()) + round_up(plan.packed_dz())) + 2 * max_lanes;
            band_stride = plan.dx_band();
            partial_stride = round_up(c.weights());
            partial = regions.take(tasks * partial_stride);
        }
        packed = regions.take(tasks * packed_stride);
        band = regions.take(tasks * band_stride);
        sums = regions.take(2 * Index{n} * c.filters);
        channels = regions.take(channel_floats * c.filters);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
