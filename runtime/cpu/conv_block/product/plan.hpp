// The product method of a block: a convolution as one product of matrices over the whole batch.
//
// The columns of the batch, one for every position of the window in every sample, are multiplied by the weights. They
// are cut into groups: some samples, or a part of one. A group's columns are gathered from the image where they are
// needed, a block of the depth at a time, so that they stay in the L2 cache and are never stored as a whole.
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"

namespace tn::cpu {

/// Positions of a window on a plane, or a part of them, that are gathered as columns: position (row, column) reads,
/// with its tap (i, j), the value at (row step + first_y + i delta, column step + first_x + j delta), or 0 outside.
struct ColumnGrid {
    int height, width;  // of the planes that are read
    int rows, columns;  // positions
    int step, taps_y, taps_x, first_y, first_x, delta;

    constexpr Index positions() const { return Index{rows} * columns; }
    constexpr int taps() const { return taps_y * taps_x; }

    /// As one row, where every value by itself is a column.
    constexpr ColumnGrid flat() const {
        const bool pixel =
            taps() == 1 && step == 1 && first_y == 0 && first_x == 0 && rows == height && columns == width;
        return pixel ? ColumnGrid{1, height * width, 1, rows * columns, 1, 1, 1, 0, 0, 1} : *this;
    }
};

/// How the positions of all samples are cut into groups.
struct ColumnGroups {
    int n, plane;
    int samples;  // of a group, where it takes whole ones
    int parts;    // of a sample, where it takes one of these

    /// Of about `most` columns at most, or, with `whole`, of one whole sample at least.
    constexpr ColumnGroups(int n, Index positions, bool whole, int most = 192)
        : n(n),
          plane(static_cast<int>(positions)),
          samples(std::max(1, most / std::max(plane, 1))),
          parts(whole || plane <= most ? 1 : (plane + most - 1) / most) {}

    constexpr int count() const { return (n + samples - 1) / samples * parts; }
    /// Columns of a group at most.
    constexpr int columns() const { return parts > 1 ? part_size() : samples * plane; }
    /// Of a part, whole tiles of columns.
    constexpr int part_size() const { return round_up((plane + parts - 1) / parts, 3 * max_lanes); }

    constexpr int first_sample(int group) const { return group / parts * samples; }
    constexpr int samples_of(int group) const { return std::min(samples, n - first_sample(group)); }
    /// The positions begin .. end - 1 of every sample of the group.
    constexpr int begin(int group) const { return std::min(plane, group % parts * part_size()); }
    constexpr int end(int group) const { return parts == 1 ? plane : std::min(plane, begin(group) + part_size()); }
};

struct ProductPlan {
    BlockGeometry block;

    constexpr explicit ProductPlan(const BlockGeometry& b) : block(b) {}

    constexpr const ConvGeometry& conv() const { return block.conv; }
    constexpr int depth() const { return conv().channels * conv().taps(); }

    constexpr ColumnGrid grid() const {
        const ConvGeometry& c = conv();
        return {c.height, c.width, c.out_h(), c.out_w(), c.stride, c.kernel_h, c.kernel_w, -c.pad, -c.pad, 1};
    }
    constexpr ColumnGroups groups(int n) const { return {n, conv().out_plane(), block.pool()}; }

    /// dx is computed for the inputs of each phase by itself: those at stride * u + phase - pad.
    constexpr int first(int phase) const {
        return std::max(0, (conv().pad - phase + conv().stride - 1) / conv().stride);
    }
    constexpr int count(int phase, int extent) const {
        const int last = extent - 1 + conv().pad - phase;
        return last < 0 ? 0 : std::max(0, last / conv().stride + 1 - first(phase));
    }
    constexpr int taps(int phase, int kernel) const {
        return phase < kernel ? (kernel - 1 - phase) / conv().stride + 1 : 0;
    }
    /// The positions are the inputs of a phase, and what they read is dz.
    constexpr ColumnGrid dx_grid(int phase_y, int phase_x) const {
        const ConvGeometry& c = conv();
        return {c.out_h(),
                c.out_w(),
                count(phase_y, c.height),
                count(phase_x, c.width),
                1,
                taps(phase_y, c.kernel_h),
                taps(phase_x, c.kernel_w),
                first(phase_y),
                first(phase_x),
                -1};
    }
    constexpr ColumnGroups dx_groups(int n, const ColumnGrid& grid) const { return {n, grid.positions(), false}; }
};

/// Rows of the depth that are gathered at a time.
constexpr int depth_block(int depth) {
    constexpr int most = 512;
    const int blocks = (depth + most - 1) / most;
    return (depth + blocks - 1) / blocks;
}

/// So few columns of a whole batch are multiplied as scalar products, if the depth is worth it, and so many rows of it
/// at a time: a reduction of a vector for so many products.
inline constexpr int few_columns = 16, few_depth = 1024;
constexpr bool has_few_columns(int depth, int columns) { return columns <= few_columns && depth >= 64; }

/// How dw is divided: rows of the depth by task, columns that are gathered at a time, and, where the depth is too small
/// to divide, slices of the groups.
inline constexpr int dw_depth = 48, dw_columns = 512;
constexpr int dw_parts(int depth) { return (depth + dw_depth - 1) / dw_depth; }
constexpr int dw_slices(int depth) { return std::clamp(16 / dw_parts(depth), 1, 8); }

}  // namespace tn::cpu
