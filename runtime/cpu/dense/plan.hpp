// The sizes of a dense block, and where it keeps things in `saved` and `work`, in floats.
//
// What a block works on is laid out by outputs, [outputs][samples]: a row is what statistics, normalisation and the
// function behind them go over. x, y and their gradients are [samples][values].
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/products/matrix_scratch.hpp"

namespace tn::cpu {

/// Up to so many samples the weights are read once and no columns are packed.
inline constexpr int few_dense_samples = 4;

/// `keeps_z`: backward needs what comes out of the products, before anything behind them.
struct DensePlan {
    int inputs, outputs;
    bool bias, norm, function, keeps_z;

    /// As the block that normalises, of one value a channel.
    constexpr BlockGeometry block() const { return {{inputs, 1, 1, outputs, 1, 1}, bias, norm, function}; }
    /// Multiplications of a pass over n samples.
    constexpr double products(int n) const { return static_cast<double>(n) * inputs * outputs; }
    /// How many tasks `units` are divided into: so few that each is worth waking a thread for.
    constexpr int tasks(int n, int units) const {
        const double most = products(n) / 131072;
        return std::clamp(most < max_slices ? static_cast<int>(most) : max_slices, 1, std::max(units, 1));
    }
    /// From one output's row to the next.
    static constexpr Index row(int n) { return round_up(Index{n}); }
};

/// SavedStatistics and z [outputs][row].
struct DenseSaved {
    Index z = 0, floats = 0;

    constexpr DenseSaved(const DensePlan& plan, int n) {
        if (!plan.keeps_z) return;
        z = SavedStatistics::floats(plan.outputs);
        floats = z + plan.outputs * DensePlan::row(n) + 2 * max_lanes;
    }
};

/// The scratch of one pass.
struct DenseWork {
    Index columns = 0;                    // forward: x by inputs
    Index z = 0;                          // forward: [outputs][row]; backward: dz
    Index dz = 0;                         // [samples][outputs]
    Index rows = 0, rows_stride = 0;      // per task: rows of a tile
    Index packed = 0, packed_stride = 0;  // per task: a panel of x or of the weights
    Index sums = 0, channels = 0, floats = 0;

    constexpr DenseWork(const DensePlan& plan, int n, bool backward) {
        const Index row = DensePlan::row(n), block = plan.outputs * row + 2 * max_lanes;
        const Index tasks = plan.tasks(n, max_slices);
        Regions regions;
        z = regions.take(block);
        rows_stride = round_up(2 * matrix_tile * row);
        rows = regions.take(tasks * rows_stride);
        if (backward) {
            dz = regions.take(Index{n} * plan.outputs);
            packed_stride = Index{std::min(matrix_depth, std::max(n, plan.outputs))} * matrix_panel;
            packed = regions.take(tasks * packed_stride);
        } else {
            columns = regions.take(n > few_dense_samples ? plan.inputs * row + 2 * max_lanes : 0);
        }
        sums = regions.take(2 * Index{plan.norm ? n : 1} * plan.outputs);  // or SavedStatistics that nobody keeps
        if (backward) channels = regions.take(channel_floats * plan.outputs);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
