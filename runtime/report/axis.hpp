// The axes that a panel's curves need.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/curves.hpp"

namespace tn {

/// Where the axes end; both begin at 0.
struct AxisEnds {
    double x = 1, y = 1;
};

/// Ends that hold every point, a little above the highest unless the panel is of shares.
AxisEnds axis_ends(const Panel& panel);

/// 0 and the multiples of a step up to the range: the lowest step of 1, 2, 5 x 10^k that gives at most `parts`.
std::vector<double> ticks(double range, int parts);

/// A tick's text: "0.5", or "50%" for a share.
std::string axis_label(double value, bool share);

}  // namespace tn
