// The sizes of a convolution as a product of matrices.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// Of one sample: its columns are [depth][pixels], one row for every channel and tap, the rows of each group one behind
/// another; a group's weights are [filters of the group][depth of the group].
struct ConvColumns {
    int groups, filters, depth, pixels;

    constexpr ConvColumns(const Operation& conv, Shape in)
        : groups(conv.groups_of(in.channels)),
          filters(conv.features),
          depth(in.channels * conv.window.kernel_h * conv.window.kernel_w),
          pixels(static_cast<int>(conv.window.positions(in))) {}

    constexpr int group_filters() const { return filters / groups; }
    constexpr int group_depth() const { return depth / groups; }
    constexpr Index size() const { return Index{depth} * pixels; }
    constexpr Index weights() const { return Index{filters} * group_depth(); }
};

}  // namespace tn
