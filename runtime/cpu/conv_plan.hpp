// How a block is laid out in scratch memory: a constant expression of its geometry, which the kernels read.
//
// A sample is packed with its zero margin, so that a kernel tap is one constant offset: output i of a packed row-major
// plane reads input i + offset(tap). With stride s the input is split in s x s phases, each a plane of its own, and the
// same holds. The gradient of z is packed with the same row stride and the margin that its own convolution needs.
// Vectors run over rows when the width is a multiple of 16 (`dense`) and otherwise over the whole packed plane,
// across the ends of rows, where what is computed in the margin is not used.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/cpu/stem_plan.hpp"
#include "runtime/cpu/winograd_plan.hpp"

namespace tn::cpu {

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

struct ConvPlan {
    BlockGeometry block;
    Method method;
    const int* offsets;       // [taps] where a tap reads in a packed sample
    const int* data_offsets;  // [taps] where a tap of the input's gradient reads in packed dz, ordered by input phase
    const int* data_taps;     // [taps] which tap that is
    const int* data_phase_ends;  // [stride * stride] where the taps of a phase end in them

    int row;                        // row stride of packed x and packed dz
    int phases_y, phases_x;         // phases of x that taps read
    int phase_plane, x_plane;       // floats of one phase and of all phases of a channel
    int dz_top, dz_left, dz_plane;  // margin before dz, floats of a channel
    Grid z;                         // of the forward convolution

    constexpr const ConvGeometry& conv() const { return block.conv; }
    /// True when backward needs z.
    constexpr bool keeps_z() const { return !block.z_is_y(); }
    constexpr int depth() const { return conv().channels * conv().taps(); }
    constexpr std::size_t packed_x() const { return std::size_t(conv().channels) * std::size_t(x_plane); }
    constexpr std::size_t packed_dz() const { return std::size_t(conv().filters) * std::size_t(dz_plane); }
    /// Floats of a sample's z that backward reads again.
    constexpr std::size_t z_kept() const {
        if (method == Method::stem) return 0;
        return std::size_t(conv().filters) *
               (method == Method::winograd ? WinogradPlan(block).z_plane() : std::size_t(z.out_plane()));
    }
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
    constexpr Grid data_grid(int phase_y, int phase_x) const {
        return {count(phase_y, conv().height), count(phase_x, conv().width), row};
    }
    /// dx is written in place when its rows need no spreading.
    constexpr bool direct_dx() const { return conv().stride == 1 && conv().width % max_lanes == 0; }

    /// Floats in which the direct input gradient keeps the inputs of one phase before it spreads them.
    constexpr std::size_t data_band() const {
        return std::size_t(max_tile) * std::size_t(data_grid(0, 0).out_plane() + 2 * row + max_lanes);
    }

    /// Rows of y that inference computes before it goes on: as much of eight channels as fits in the L1 cache.
    constexpr int band_rows() const {
        if (!block.pool()) return std::clamp(1024 / z.out_row(), 1, z.rows);
        const int rows = (1024 / z.out_row() - block.pool_window) / block.pool_stride + 1;
        const int least = block.pool_window > block.pool_stride ? 4 : 1;
        return std::clamp(rows, std::min(least, block.y_h()), block.y_h());
    }
    /// Rows of z that give so many rows of y.
    constexpr int z_rows(int y_rows) const {
        return block.pool() ? (y_rows - 1) * block.pool_stride + block.pool_window : y_rows;
    }
    /// Samples whose weight gradient is summed in registers before the lanes are added up.
    constexpr int group() const { return static_cast<int>(std::clamp<std::size_t>(1024 / conv().out_plane(), 1, 8)); }
};

/// Where things lie in `saved`, in floats; a pointer to it need not be aligned. What is kept of channel c of z is
/// normalised as (z - mean[c]) * deviation[c], with the inverse deviation; without norm these are -bias[c] and 1.
/// `pooled` is the z that each y came from, where that is not all of z. Winograd's method keeps both blocked. The
/// stem one keeps no z, but the moments of the patches (StemPlan, with norm) and a byte for each y.
struct SavedLayout {
    std::size_t mean = 0, deviation = 0, z = 0, pooled = 0, moments = 0, routes = 0, floats = 0;
    bool has_pooled = false;

    constexpr SavedLayout(const ConvPlan& plan, int n) {
        if (!plan.keeps_z()) return;
        const auto filters = std::size_t(plan.conv().filters), samples = std::size_t(n);
        deviation = filters;
        z = round_up(2 * filters);
        if (plan.method == Method::stem) {
            const StemPlan stem{plan.block};
            moments = z;
            routes = moments + (plan.block.norm ? 2 * std::size_t(stem.moments()) : 0);
            floats = routes + (samples * stem.routes() + sizeof(float) - 1) / sizeof(float);
            return;
        }
        has_pooled = plan.block.pool();
        pooled = z + samples * plan.z_kept();
        floats = pooled + (has_pooled ? samples * plan.block.y_size() : 0) + 2 * max_lanes;
    }
};

/// The scratch of a stem pass.
constexpr StemWork stem_work(const ConvPlan& plan, bool backward) {
    return {StemPlan{plan.block}, backward, plan.packed_dz(), plan.data_band()};
}

/// Where the direct passes keep things in `work`, in floats from its first multiple of 64 bytes; `floats` has room for
/// finding that.
struct WorkLayout {
    std::size_t weights, packed, packed_stride, band, band_stride, partial, partial_stride, sums, channel, floats;

    constexpr WorkLayout(const ConvPlan& plan, int n, bool backward)
        : weights(0),
          packed(0),
          packed_stride(0),
          band(0),
          band_stride(0),
          partial(0),
          partial_stride(0),
          sums(0),
          channel(0),
          floats(0) {
        if (plan.method == Method::winograd) {
            floats = WinogradWork(WinogradPlan(plan.block), n, backward).floats;
            return;
        }
        if (plan.method == Method::stem) {
            floats = stem_work(plan, backward).floats;
            return;
        }
        const ConvGeometry& c = plan.conv();
        const std::size_t slices = max_slices;
        std::size_t end = 0;
        const auto take = [&end](std::size_t size) {
            const std::size_t start = end;
            end = round_up(end + size);
            return start;
        };
        const auto tile = std::size_t(max_tile);
        if (!backward) {
            weights = take(std::size_t(round_up(c.filters, max_tile)) * std::size_t(plan.depth()));
            packed_stride = round_up(plan.packed_x()) + max_lanes;
            const Grid rows{plan.z_rows(plan.band_rows()), plan.z.columns, plan.row};
            band_stride = round_up(tile * std::size_t(rows.out_plane()) + 2 * max_lanes);
        } else {
            weights = take(std::size_t(round_up(c.channels, max_tile)) * std::size_t(c.filters * c.taps()));
            packed_stride =
                std::size_t(plan.group()) * (round_up(plan.packed_x()) + round_up(plan.packed_dz())) + 2 * max_lanes;
            band_stride = plan.data_band();
            partial_stride = round_up(c.weights());
            partial = take(slices * partial_stride);
        }
        packed = take(slices * packed_stride);
        band = take(slices * band_stride);
        sums = take(2 * std::size_t(n) * std::size_t(c.filters));
        channel = take(6 * std::size_t(c.filters));
        floats = end + max_lanes;
    }
};

/// The extents of a convolution's packed planes.
struct ConvExtents {
    int row = 0, phases_y = 0, phases_x = 0, phase_plane = 0, dz_top = 0, dz_left = 0, dz_plane = 0;

    constexpr explicit ConvExtents(const ConvGeometry& c) {
        const int s = c.stride;
        phases_y = std::min(s, c.kernel_h);
        phases_x = std::min(s, c.kernel_w);
        dz_top = std::max(0, (c.kernel_h - 1) / s - c.pad / s);
        dz_left = std::max(0, (c.kernel_w - 1) / s - c.pad / s);
        const int dz_rows = dz_top + std::max(c.out_h(), (c.height - 1 + c.pad) / s + 1);
        const int dz_columns = dz_left + std::max(c.out_w(), (c.width - 1 + c.pad) / s + 1);
        const int x_rows = (c.height + 2 * c.pad + s - 1) / s, x_columns = (c.width + 2 * c.pad + s - 1) / s;
        row = std::max(dz_columns, x_columns);
        phase_plane = round_up(x_rows * row + max_lanes, max_lanes);
        dz_plane = round_up(dz_rows * row + max_lanes, max_lanes);
    }
};

/// The plan of a block without its tables: enough for the sizes of SavedLayout and WorkLayout.
constexpr ConvPlan conv_plan_sizes(const BlockGeometry& g) {
    const ConvExtents e(g.conv);
    return {g,
            method_of(g),
            nullptr,
            nullptr,
            nullptr,
            nullptr,
            e.row,
            e.phases_y,
            e.phases_x,
            e.phase_plane,
            e.phases_y * e.phases_x * e.phase_plane,
            e.dz_top,
            e.dz_left,
            e.dz_plane,
            Grid{g.conv.out_h(), g.conv.out_w(), e.row}};
}

/// The tables of a convolution.
template <ConvGeometry C> struct ConvTables : ConvExtents {
    std::array<int, C.taps()> offsets{}, data_offsets{}, data_taps{};
    std::array<int, C.stride * C.stride> data_phase_ends{};

    constexpr ConvTables() : ConvExtents(C) {
        const int s = C.stride;
        for (int ky = 0; ky < C.kernel_h; ++ky)
            for (int kx = 0; kx < C.kernel_w; ++kx)
                offsets[std::size_t(ky * C.kernel_w + kx)] =
                    (ky % s * phases_x + kx % s) * phase_plane + ky / s * row + kx / s;
        std::size_t next = 0;
        for (int phase = 0; phase < s * s; ++phase) {
            for (int ky = phase / s; ky < C.kernel_h; ky += s)
                for (int kx = phase % s; kx < C.kernel_w; kx += s, ++next) {
                    data_offsets[next] = (dz_top - ky / s) * row + dz_left - kx / s;
                    data_taps[next] = ky * C.kernel_w + kx;
                }
            data_phase_ends[std::size_t(phase)] = static_cast<int>(next);
        }
    }
};

template <ConvGeometry C> inline constexpr ConvTables<C> conv_tables{};

template <BlockGeometry G> constexpr ConvPlan make_conv_plan() {
    const auto& t = conv_tables<G.conv>;
    ConvPlan plan = conv_plan_sizes(G);
    plan.offsets = t.offsets.data();
    plan.data_offsets = t.data_offsets.data();
    plan.data_taps = t.data_taps.data();
    plan.data_phase_ends = t.data_phase_ends.data();
    return plan;
}

}  // namespace tn::cpu
