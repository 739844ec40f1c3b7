// Where the product method keeps things in `saved` and `work`, in floats.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu {

/// The most output channels and columns in a register tile of any instruction set.
inline constexpr int product_tile = 8, product_columns = 3 * max_lanes;

/// SavedStatistics, z [filters][n][plane], and with pooling the z at the argmax of every window [filters][n][y_plane].
/// Nothing if y is z. Backward turns z into dz where it lies.
struct ProductSaved {
    Index z = 0, argmax_z = 0, floats = 0;

    constexpr ProductSaved(const ProductPlan& plan, int n) {
        if (plan.block.z_is_y()) return;
        z = SavedStatistics::floats(plan.conv().filters);
        argmax_z = z + n * plan.conv().out_size();
        // Whole vectors are read from the end of z.
        floats = argmax_z + (plan.block.pool() ? n * plan.block.y_size() : 0) + 2 * max_lanes;
    }
};

/// The scratch of one pass.
struct ProductWork {
    Index weights = 0;                      // packed
    Index columns = 0, columns_stride = 0;  // per task: gathered
    Index results = 0, results_stride = 0;  // per task: of a group; a plane where windows of any size are pooled
    Index partial = 0, partial_stride = 0;  // per slice: dw
    Index sums = 0, channels = 0, floats = 0;

    static constexpr Index gathered(int depth, int columns) {
        if (has_few_columns(depth, columns)) return Index{columns} * round_up(std::min(depth, few_depth));
        return Index{depth_block(depth)} * round_up(columns, product_columns) + max_lanes;
    }
    /// Floats from one channel of a group to the next.
    static constexpr Index result_row(int columns) { return round_up(columns, product_columns) + max_lanes; }

    constexpr ProductWork(const ProductPlan& plan, int n, bool backward) {
        const ConvGeometry& c = plan.conv();
        constexpr Index tasks = max_slices;
        Regions regions;
        if (!backward) {
            weights = regions.take(Index{round_up(c.filters, product_tile)} * plan.depth());
            const ColumnGroups groups = plan.groups(n);
            columns_stride = round_up(gathered(plan.depth(), groups.columns()));
            results_stride = round_up(c.filters * result_row(groups.columns()));
        } else {
            weights = regions.take(Index{round_up(c.channels, product_tile)} * c.filters * c.taps());
            for (int y = 0; y < c.stride; ++y)
                for (int x = 0; x < c.stride; ++x) {
                    const ColumnGrid grid = plan.dx_grid(y, x);
                    if (grid.positions() == 0 || grid.taps() == 0) continue;
                    const ColumnGroups groups = plan.dx_groups(n, grid);
                    columns_stride =
                        std::max(columns_stride, round_up(gathered(c.filters * grid.taps(), groups.columns())));
                    results_stride = std::max(results_stride, round_up(c.channels * result_row(groups.columns())));
                }
            columns_stride =
                std::max(columns_stride, round_up(Index{dw_depth} * (dw_columns + 3 * max_lanes) + max_lanes));
            results_stride = std::max({results_stride, round_up(c.out_plane() + 2 * max_lanes),
                                       round_up(Index{c.filters} * (dw_columns + 4 * max_lanes))});
            if (dw_slices(plan.depth()) > 1) {
                partial_stride = round_up(c.weights());
                partial = regions.take(dw_slices(plan.depth()) * partial_stride);
            }
        }
        columns = regions.take(tasks * columns_stride);
        results = regions.take(tasks * results_stride);
        sums = regions.take(2 * Index{n} * c.filters);
        channels = regions.take(channel_floats * c.filters);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
