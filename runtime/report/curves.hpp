// Curves of a training run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/data/image.hpp"

namespace tn {

/// One curve: a value that is not finite leaves a gap.
struct Curve {
    std::string name;
    std::vector<double> x, y;
};

/// A panel of curves with a title; `share` panels go from 0 to 1 and are labelled in per cent.
struct Panel {
    std::string title;
    std::vector<Curve> curves;
    bool share = false;
};

/// The panels side by side, 560 x 400 pixels each.
Picture draw_curves(std::span<const Panel> panels, const std::string& x_title);

/// The same as an SVG of its own, text as text, light or dark as the reader prefers. Classes begin with "tn-".
std::string curves_svg(std::span<const Panel> panels, const std::string& x_title);

}  // namespace tn
