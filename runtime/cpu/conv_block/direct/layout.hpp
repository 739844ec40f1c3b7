// Where the direct passes keep things in `saved` and `work`, in floats.
#pragma once

#include <cstddef>

#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu {

/// SavedStatistics, z, and with pooling the z at the argmax of every window. Nothing if y is z.
struct DirectSaved {
    std::size_t z = 0, argmax_z = 0, floats = 0;

    constexpr DirectSaved(const DirectPlan& plan, int n) {
        if (plan.block.z_is_y()) return;
        const auto samples = std::size_t(n);
        z = SavedStatistics::floats(plan.conv().filters);
        argmax_z = z + samples * plan.z_size();
        // Whole vectors are read from the end of z.
        floats = argmax_z + (plan.block.pool() ? samples * plan.block.y_size() : 0) + 2 * max_lanes;
    }
};

/// The scratch of one pass.
struct DirectWork {
    std::size_t weights = 0;                      // packed, tile by tile
    std::size_t packed = 0, packed_stride = 0;    // per task: packed x; in backward of a group, and its dz
    std::size_t band = 0, band_stride = 0;        // per task: rows of z, or of dx before they are spread
    std::size_t partial = 0, partial_stride = 0;  // per slice: dw
    std::size_t sums = 0, channels = 0, floats = 0;

    constexpr DirectWork(const DirectPlan& plan, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        constexpr std::size_t tasks = max_slices;
        Regions regions;
        if (!backward) {
            weights = regions.take(std::size_t(round_up(c.filters, max_tile)) * std::size_t(plan.depth()));
            packed_stride = round_up(plan.packed_x()) + max_lanes;
            const Grid rows{plan.z_rows(plan.band_rows()), plan.z.columns, plan.row};
            band_stride = round_up(std::size_t(max_tile) * std::size_t(rows.out_plane()) + 2 * max_lanes);
        } else {
            weights = regions.take(std::size_t(round_up(c.channels, max_tile)) * std::size_t(c.filters * c.taps()));
            packed_stride =
                std::size_t(plan.group()) * (round_up(plan.packed_x()) + round_up(plan.packed_dz())) + 2 * max_lanes;
            band_stride = plan.dx_band();
            partial_stride = round_up(c.weights());
            partial = regions.take(tasks * partial_stride);
        }
        packed = regions.take(tasks * packed_stride);
        band = regions.take(tasks * band_stride);
        sums = regions.take(2 * std::size_t(n) * std::size_t(c.filters));
        channels = regions.take(channel_floats * std::size_t(c.filters));
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
