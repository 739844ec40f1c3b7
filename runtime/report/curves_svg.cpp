#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/report/axis.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/report/html.hpp"

namespace tn {

namespace {

constexpr double panel_width = 560, panel_height = 360, left = 62, right = 18, top = 52, bottom = 52;

// The colours of Okabe and Ito, a little lighter on a dark ground.
constexpr const char* style =
    "<style>.tn-chart text{font:13px system-ui,sans-serif;fill:#5b626c}.tn-chart .tn-title{font-size:16px;"
    "font-weight:600;fill:#262b33}.tn-chart .tn-grid{stroke:#e1e5eb}.tn-chart path{fill:none;stroke-width:2.2;"
    "stroke-linejoin:round;stroke-linecap:round}.tn-c0{stroke:#0072b2}.tn-c1{stroke:#d55e00}.tn-c2{stroke:#009e73}"
    ".tn-c3{stroke:#6e7580}@media(prefers-color-scheme:dark){.tn-chart text{fill:#a8b0bb}.tn-chart .tn-title"
    "{fill:#e8ebf0}.tn-chart .tn-grid{stroke:#343a44}.tn-c0{stroke:#56b4e9}.tn-c1{stroke:#ff9a4d}"
    ".tn-c2{stroke:#3ccfa0}}</style>";

/// The curve as a path: a value that is not finite begins a new part; a part of one point is a dot by its round ends.
std::string path(const Curve& c, AxisEnds end) {
    std::string d;
    bool drawing = false;
    for (std::size_t i = 0; i < std::min(c.x.size(), c.y.size()); ++i) {
        if (!std::isfinite(c.x[i]) || !std::isfinite(c.y[i])) {
            drawing = false;
            continue;
        }
        const double x = left + (panel_width - left - right) * (c.x[i] / end.x);
        const double y = panel_height - bottom - (panel_height - top - bottom) * (c.y[i] / end.y);
        d += drawing ? fmt::format("L{:.1f} {:.1f}", x, y) : fmt::format("M{0:.1f} {1:.1f}L{0:.1f} {1:.1f}", x, y);
        drawing = true;
    }
    return d;
}

std::string panel_svg(const Panel& panel, double offset, const std::string& x_title) {
    const AxisEnds end = axis_ends(panel);
    const double width = panel_width - left - right, height = panel_height - top - bottom, base = panel_height - bottom;
    std::string svg = fmt::format("<g transform=\"translate({:g} 0)\">", offset);
    svg += fmt::format("<text class=\"tn-title\" x=\"{:g}\" y=\"26\">{}</text>", left, html_text(panel.title));
    for (const double v : ticks(end.y, 5)) {
        const double y = base - height * (v / end.y);
        svg += fmt::format("<line class=\"tn-grid\" x1=\"{0:g}\" x2=\"{1:g}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>", left,
                           left + width, y);
        svg += fmt::format("<text x=\"{:g}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", left - 8, y + 4.5,
                           axis_label(v, panel.share));
    }
    for (const double v : ticks(end.x, 6))
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>", left + width * (v / end.x),
                           base + 20, axis_label(v, false));
    svg += fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>", left + width / 2, base + 40,
                       html_text(x_title));
    for (std::size_t k = 0; k < panel.curves.size(); ++k) {
        const double x = left + width - 90 * static_cast<double>(panel.curves.size() - k);
        svg += fmt::format("<path class=\"tn-c{}\" d=\"{}\"/>", k % 4, path(panel.curves[k], end));
        svg += fmt::format("<path class=\"tn-c{}\" d=\"M{:g} 22h18\"/>", k % 4, x + 10);
        svg += fmt::format("<text x=\"{:g}\" y=\"26\">{}</text>", x + 36, html_text(panel.curves[k].name));
    }
    return svg + "</g>";
}

}  // namespace

std::string curves_svg(std::span<const Panel> panels, const std::string& x_title) {
    const double width = panel_width * static_cast<double>(std::max<std::size_t>(panels.size(), 1));
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tn-chart\" viewBox=\"0 0 {:g} {:g}\" role=\"img\">{}", width,
        panel_height, style);
    for (std::size_t i = 0; i < panels.size(); ++i)
        svg += panel_svg(panels[i], panel_width * static_cast<double>(i), x_title);
    return svg + "</svg>\n";
}

}  // namespace tn
