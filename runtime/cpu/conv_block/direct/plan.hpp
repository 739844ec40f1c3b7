// The direct method of a block: how samples are packed, which its kernels read as constants of the geometry.
//
// A sample is packed with its zero margin, so that a tap of the kernel is one constant offset: output i of a packed
// row-major plane reads input i + offset(tap). With stride s the input is divided into s x s phases, each a plane of
// its own, and the same holds. The gradient of z is packed with the same row stride and the margin that its own
// convolution needs. Vectors run along rows if the width is a multiple of 16 (`dense`). Otherwise they run through the
// whole packed plane, across the ends of rows, and what is computed in the margin is not used.
#pragma once

#include <algorithm>
#include <array>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"

namespace tn::cpu {

/// The most output channels in a register tile of any instruction set.
inline constexpr int max_tile = 8;

/// Which outputs of a plane are computed: rows x columns from a packed plane with a row stride.
struct Grid {
    int rows, columns, row;

    constexpr bool dense() const { return columns % max_lanes == 0; }
    /// Floats from one row to the next of the result.
    constexpr int out_row() const { return dense() ? columns : row; }
    /// Floats of a plane of the result, whole vectors.
    constexpr int out_plane() const {
        return dense() ? rows * columns : round_up((rows - 1) * row + columns, max_lanes);
    }
};

/// The extents of packed planes.
struct PackedPlanes {
    int row = 0;                                // row stride of packed x and packed dz
    int phases_y = 0, phases_x = 0;             // phases of x that taps read
    int phase_plane = 0, x_plane = 0;           // floats of one phase and of all phases of a channel
    int dz_top = 0, dz_left = 0, dz_plane = 0;  // margin before dz, floats of a channel

    constexpr explicit PackedPlanes(const ConvGeometry& c) {
        const int s = c.stride;
        phases_y = std::min(s, c.kernel_h);
        phases_x = std::min(s, c.kernel_w);
        dz_top = std::max(0, (c.kernel_h - 1) / s - c.pad / s);
        dz_left = std::max(0, (c.kernel_w - 1) / s - c.pad / s);
        const int dz_rows = dz_top + std::max(c.out_h(), (c.height - 1 + c.pad) / s + 1);
        const int dz_columns = dz_left + std::max(c.out_w(), (c.width - 1 + c.pad) / s + 1);
        const int x_rows = (c.padded_h() + s - 1) / s, x_columns = (c.padded_w() + s - 1) / s;
        row = std::max(dz_columns, x_columns);
        phase_plane = round_up(x_rows * row + max_lanes, max_lanes);
        x_plane = phases_y * phases_x * phase_plane;
        dz_plane = round_up(dz_rows * row + max_lanes, max_lanes);
    }
};

/// Where the taps of a convolution read.
template <ConvGeometry C> struct TapTables {
    std::array<int, C.taps()> x_offsets{};                 // in a packed sample
    std::array<int, C.taps()> dz_offsets{};                // in packed dz, for dx: ordered by phase of the input
    std::array<int, C.taps()> dz_taps{};                   // which tap that is
    std::array<int, C.stride * C.stride> dz_phase_ends{};  // where the taps of a phase end in them

    constexpr TapTables() {
        const PackedPlanes p(C);
        const int s = C.stride;
        for (int ky = 0; ky < C.kernel_h; ++ky)
            for (int kx = 0; kx < C.kernel_w; ++kx)
                x_offsets[ky * C.kernel_w + kx] =
                    (ky % s * p.phases_x + kx % s) * p.phase_plane + ky / s * p.row + kx / s;
        int next = 0;
        for (int phase = 0; phase < s * s; ++phase) {
            for (int ky = phase / s; ky < C.kernel_h; ky += s)
                for (int kx = phase % s; kx < C.kernel_w; kx += s, ++next) {
                    dz_offsets[next] = (p.dz_top - ky / s) * p.row + p.dz_left - kx / s;
                    dz_taps[next] = ky * C.kernel_w + kx;
                }
            dz_phase_ends[phase] = next;
        }
    }
};

template <ConvGeometry C> inline constexpr TapTables<C> tap_tables{};

struct DirectPlan : PackedPlanes {
    BlockGeometry block;
    Grid z;  // of the forward convolution
    // TapTables; null in a plan that only sizes buffers.
    const int *x_offsets = nullptr, *dz_offsets = nullptr, *dz_taps = nullptr, *dz_phase_ends = nullptr;

    constexpr explicit DirectPlan(const BlockGeometry& b)
        : PackedPlanes(b.conv), block(b), z{b.conv.out_h(), b.conv.out_w(), row} {}

    template <ConvGeometry C> constexpr void set_tables(const TapTables<C>& tables) {
        x_offsets = tables.x_offsets.data();
        dz_offsets = tables.dz_offsets.data();
        dz_taps = tables.dz_taps.data();
        dz_phase_ends = tables.dz_phase_ends.data();
    }

    constexpr const ConvGeometry& conv() const { return block.conv; }
    constexpr int depth() const { return conv().channels * conv().taps(); }
    constexpr Index packed_x() const { return Index{conv().channels} * x_plane; }
    constexpr Index packed_dz() const { return Index{conv().filters} * dz_plane; }
    /// Floats of z of one sample.
    constexpr Index z_size() const { return Index{conv().filters} * z.out_plane(); }
    constexpr int dz_origin() const { return dz_top * row + dz_left; }

    /// First index u, along an axis, of the inputs stride * u + phase - pad that exist, and how many there are.
    constexpr int first(int phase) const {
        return std::max(0, (conv().pad - phase + conv().stride - 1) / conv().stride);
    }
    constexpr int count(int phase, int extent) const {
        const int last = extent - 1 + conv().pad - phase;
        return last < 0 ? 0 : std::max(0, last / conv().stride + 1 - first(phase));
    }

    /// Inputs of one phase, as outputs of the convolution that gives dx.
    constexpr Grid dx_grid(int phase_y, int phase_x) const {
        return {count(phase_y, conv().height), count(phase_x, conv().width), row};
    }
    /// True if that convolution writes rows of dx as they are.
    constexpr bool dx_in_place() const { return conv().stride == 1 && conv().width % max_lanes == 0; }
    /// Floats in which it otherwise leaves the inputs of one phase.
    constexpr Index dx_band() const { return Index{max_tile} * (dx_grid(0, 0).out_plane() + 2 * row + max_lanes); }

    /// Rows of y that inference finishes before it goes on: as much z of eight channels as fits in the L1 cache.
    constexpr int band_rows() const {
        if (!block.pool()) return std::clamp(1024 / z.out_row(), 1, z.rows);
        const int rows = (1024 / z.out_row() - block.pool_window) / block.pool_stride + 1;
        const int least = block.pool_window > block.pool_stride ? 4 : 1;
        return std::clamp(rows, std::min(least, block.y_h()), block.y_h());
    }
    /// Rows of z that so many rows of y are computed from.
    constexpr int z_rows(int y_rows) const {
        return block.pool() ? (y_rows - 1) * block.pool_stride + block.pool_window : y_rows;
    }
    /// Samples whose weight gradient is summed in registers before the lanes are added up.
    constexpr int group() const { return static_cast<int>(std::clamp<Index>(1024 / conv().out_plane(), 1, 8)); }
};

}  // namespace tn::cpu
