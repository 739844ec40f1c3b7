// The stem method, for a network's first block: its sizes, constants of the geometry.
//
// A 3 x 3 convolution of few channels, pooled 2 x 2. A window is the 2 x 2 outputs that share a maximum; they read a
// patch of 4 x 4 inputs. Vectors run over the windows of a row, so the columns of x are divided: plane q of a row holds
// the columns 2 j + q of all windows j, and every filter reads the same planes. z is neither stored nor computed again:
// its mean and variance follow from the moments of the 3 x 3 patches, which are few, and so do the sums over z that
// backward needs.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/method.hpp"

namespace tn::cpu {

inline constexpr int kernel_taps = 9, patch_side = 4, patch_size = patch_side * patch_side;

struct StemPlan {
    BlockGeometry block;

    constexpr explicit StemPlan(const BlockGeometry& b) : block(b) {}

    constexpr const ConvGeometry& conv() const { return block.conv; }
    /// Values of a patch that a filter sees.
    constexpr int depth() const { return conv().channels * kernel_taps; }
    /// The sums over all patches of their values and of the products of two of them.
    constexpr int moments() const { return moments_of(depth()); }
    static constexpr int moments_of(int depth) { return depth + depth * (depth + 1) / 2; }
    /// Where the sum of the products of values d <= e stands among them.
    constexpr int product_at(int d, int e) const { return depth() + d * (2 * depth() - d - 1) / 2 + e; }

    /// Windows of a row and of a column, including those at the end that are not whole.
    constexpr int windows_w() const { return (conv().out_w() + 1) / 2; }
    constexpr int windows_h() const { return (conv().out_h() + 1) / 2; }
    /// Floats of a plane's row.
    constexpr int line() const { return round_up(windows_w(), max_lanes); }

    /// Rows of windows that are computed together: as many as keep what all filters read in the L1 cache.
    constexpr int strip_rows(bool backward) const {
        return std::clamp((backward ? 512 : 192) / (line() * conv().channels), 1, windows_h());
    }
    /// Rows of x that they read.
    constexpr int x_rows(bool backward) const { return 2 * strip_rows(backward) + 2; }
};

inline constexpr int max_moments = StemPlan::moments_of(stem_channels * kernel_taps);

/// What forward tells backward of each y, in a byte: the argmax of its window, 0 .. 3, or that its gradient is zero,
/// because ReLU was.
inline constexpr int argmax_none = 4;

}  // namespace tn::cpu
