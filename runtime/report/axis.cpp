#include "runtime/report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tn {

AxisEnds axis_ends(const Panel& panel) {
    AxisEnds end{1, panel.share ? 1.0 : 0.0};
    for (const Curve& c : panel.curves)
        for (std::size_t i = 0; i < std::min(c.x.size(), c.y.size()); ++i)
            if (std::isfinite(c.x[i]) && std::isfinite(c.y[i])) {
                end.x = std::max(end.x, c.x[i]);
                end.y = std::max(end.y, c.y[i]);
            }
    if (end.y < 1e-30) end.y = 1;
    if (!panel.share) end.y = std::min(end.y * 1.05, std::numeric_limits<double>::max());
    return end;
}

std::vector<double> ticks(double range, int parts) {
    const double rough = range / parts, power = std::pow(10, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (double digit : {5.0, 2.0, 1.0})
        if (digit * power >= rough) step = digit * power;
    std::vector<double> values;
    for (int k = 0; k <= parts && k * step <= range * 1.0001; ++k) values.push_back(k * step);
    return values;
}

std::string axis_label(double value, bool share) {
    return share ? fmt::format("{:.0f}%", 100 * value) : fmt::format("{:g}", std::abs(value) < 1e-12 ? 0 : value);
}

}  // namespace tn
