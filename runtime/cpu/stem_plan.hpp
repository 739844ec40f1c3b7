// How a first layer's block (Method::stem) is computed: its sizes, constant expressions of the geometry.
//
// A 3 x 3 convolution of few channels with 2 x 2 maxima behind it. A window is the 2 x 2 outputs that share a maximum;
// they read a patch of 4 x 4 inputs. Vectors run over the windows of a row, so the columns of x are parted: plane q of
// a row holds the columns 2 j + q of all windows j, and every filter reads the same planes. z is neither stored nor
// computed again: its mean and variance follow from the moments of the 3 x 3 patches, which are few, and so do the sums
// over z that backward needs.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/cpu/method.hpp"

namespace tn::cpu {

inline constexpr int kernel_taps = 9, patch_side = 4, patch_size = patch_side * patch_side;

struct StemPlan {
    BlockGeometry block;

    constexpr const ConvGeometry& conv() const { return block.conv; }
    /// Values of a patch that a filter sees.
    constexpr int depth() const { return conv().channels * kernel_taps; }
    /// The sums over all places of the patch's values and of their products, doubles.
    constexpr int moments() const { return moments_of(depth()); }
    static constexpr int moments_of(int depth) { return depth + depth * (depth + 1) / 2; }
    constexpr int product_place(int d, int e) const {  // d <= e
        return depth() + d * (2 * depth() - d - 1) / 2 + e;
    }

    /// Windows of a row and of a column, those at the end that are not whole included.
    constexpr int windows_w() const { return (conv().out_w() + 1) / 2; }
    constexpr int windows_h() const { return (conv().out_h() + 1) / 2; }
    /// Floats of a plane's row.
    constexpr int line() const { return round_up(windows_w(), max_lanes); }

    /// Rows of windows that go together: as many as keep what all filters read in the L1 cache.
    constexpr int strip_rows(bool backward) const {
        return std::clamp((backward ? 512 : 192) / (line() * conv().channels), 1, windows_h());
    }
    /// Rows of x that they read.
    constexpr int x_rows(bool backward) const { return 2 * strip_rows(backward) + 2; }
    /// Bytes that tell backward of each y which value of its window it is, and whether ReLU let it through.
    constexpr std::size_t routes() const { return block.y_size(); }
};

inline constexpr int max_moments = StemPlan::moments_of(stem_channels * kernel_taps);

/// Where the stem passes keep things in `work`, in floats from its first multiple of 64 bytes. A thread has a part
/// of the scratch to itself while a pass runs.
struct StemWork {
    std::size_t weights = 0, channels = 0, moments = 0, gradients = 0, channel_sums = 0, data_weights = 0, scratch = 0,
                scratch_stride = 0;
    std::size_t column = 0, planes = 0, inputs = 0, rows = 0, dz = 0, band = 0;  // within a thread's scratch
    std::size_t floats = 0;

    /// Doubles of a slice's sums for a filter: of g times each value of the patch, and of g.
    static constexpr int sums_of_filter(const StemPlan& plan) { return plan.depth() + 1; }
    /// Doubles of a row of x with room for the shifts on both sides.
    static constexpr std::size_t row_doubles(const StemPlan& plan) {
        return round_up(std::size_t(plan.conv().width)) + 2 * max_lanes;
    }

    constexpr StemWork(const StemPlan& plan, bool backward, std::size_t packed_dz, std::size_t data_band) {
        const ConvGeometry& c = plan.conv();
        const auto channels_in = std::size_t(c.channels), filters = std::size_t(c.filters);
        const std::size_t strip = std::size_t(plan.strip_rows(backward) * plan.line()) * channels_in;
        std::size_t end = 0;
        const auto take = [&end](std::size_t size) {
            const std::size_t start = end;
            end = round_up(end + size);
            return start;
        };
        column = take(std::size_t(2 * plan.line() + 4 * max_lanes));
        planes = take(channels_in * std::size_t(plan.x_rows(backward) * patch_side * plan.line()));
        inputs = take(strip * patch_size);
        if (!backward) rows = take(2 * 3 * channels_in * row_doubles(plan));
        if (backward) {
            dz = take(packed_dz);
            band = take(data_band);
        }
        scratch_stride = end + max_lanes;
        end = 0;
        weights = take(filters * channels_in * patch_size);
        channels = take(6 * filters);
        if (!backward) moments = take(2 * max_slices * std::size_t(plan.moments()));
        if (backward) {
            gradients = take(2 * max_slices * filters * std::size_t(sums_of_filter(plan)));
            channel_sums = take(2 * 2 * filters);
            data_weights = take(std::size_t(round_up(c.channels, max_tile)) * filters * kernel_taps);
        }
        scratch = take(max_slices * scratch_stride);
        floats = end + max_lanes;
    }
};

}  // namespace tn::cpu
