// What is computed plane by plane: depthwise convolution, normalisation by itself, pooling. A plane is packed as the
// direct method of a block packs a sample of one channel (runtime/cpu/conv_block/direct/plan.hpp).
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu {

/// The window on one plane of a block.
constexpr ConvGeometry plane_of(const ConvGeometry& c) {
    return {1, c.height, c.width, 1, c.kernel_h, c.kernel_w, c.stride, c.pad, c.more_pad};
}

/// A window's `plane`, and the block that it is part of, whose convolution has `channels` and `filters` planes.
struct PlanePlan {
    BlockGeometry block;
    DirectPlan plane;

    constexpr explicit PlanePlan(const BlockGeometry& b) : block(b), plane({plane_of(b.conv), false, false, false}) {}

    constexpr Index z_plane() const { return plane.z.out_plane(); }
    /// Filters of a channel.
    constexpr int each() const { return block.conv.filters / block.conv.channels; }
};

template <BlockGeometry G> constexpr PlanePlan make_plane_plan() {
    PlanePlan plan(G);
    plan.plane.set_tables(tap_tables<plane_of(G.conv)>);
    return plan;
}

/// What a depthwise block saves: SavedStatistics and z. Nothing if y is z.
struct DepthwiseSaved {
    Index z = 0, floats = 0;

    constexpr DepthwiseSaved(const PlanePlan& plan, int n) {
        if (plan.block.z_is_y()) return;
        z = SavedStatistics::floats(plan.block.conv.filters);
        floats = z + Index{n} * plan.block.conv.filters * plan.z_plane() + 2 * max_lanes;
    }
};

/// What pooling by largest values saves: of every window the tap that was taken, in a byte, plane by plane in the rows
/// of its grid.
struct PoolSaved {
    Index floats;

    constexpr PoolSaved(const PlanePlan& plan, int n)
        : floats(Index{n} * plan.block.conv.channels * plan.z_plane() / static_cast<Index>(sizeof(float))) {}
};

/// The scratch of one pass over planes; without `tasks` only what is known of channels.
struct PlaneWork {
    Index task = 0, task_stride = 0;        // per task, and in it:
    Index packed = 0, result = 0, sum = 0;  // planes with margins; what is computed of one; dx of several filters
    Index sums = 0, channels = 0, floats = 0;

    constexpr PlaneWork(const PlanePlan& plan, int n, bool tasks = true) {
        const Index plane = round_up(plan.plane.packed_x()) + max_lanes,
                    dz = round_up(plan.plane.packed_dz()) + max_lanes;
        Regions own;
        packed = own.take(plane);
        result = own.take(std::max({plane, dz, round_up(plan.z_plane()) + 4 * max_lanes, plan.plane.dx_band()}));
        sum = own.take(std::max({plane, dz, plan.plane.dx_band()}));
        task_stride = own.with_alignment();
        Regions regions;
        if (tasks) task = regions.take(max_slices * task_stride);
        sums = regions.take(2 * Index{n} * plan.block.conv.filters);
        channels = regions.take(channel_floats * plan.block.conv.filters);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
