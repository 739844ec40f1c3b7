#include "runtime/report/curves.hpp"

#include <algorithm>
#include <array>

#include "runtime/report/axis.hpp"
#include "runtime/report/canvas.hpp"

namespace tn {

namespace {

constexpr int panel_width = 560, panel_height = 400, longest_name = 110;

void draw_panel(Canvas& canvas, const Panel& panel, double left, const std::string& x_title) {
    const auto [x_end, y_end] = axis_ends(panel);
    const double x0 = left + 70, y0 = panel_height - 55, width = panel_width - 95, height = panel_height - 105;
    for (double v : ticks(y_end, 5)) {
        const double y = y0 - height * (v / y_end);
        canvas.line({x0, y}, {x0 + width, y}, 1, color::light);
        canvas.text(x0 - 8, y - text_height() / 2, axis_label(v, panel.share), color::grey, Align::right);
    }
    for (double v : ticks(x_end, 6))
        canvas.text(x0 + width * (v / x_end), y0 + 8, axis_label(v, false), color::grey, Align::centre);
    canvas.text(x0 + width / 2, y0 + 28, x_title, color::grey, Align::centre);
    const std::array<Color, 4> colors{color::blue, color::orange, color::green, color::grey};
    double legend = x0 + width;
    for (std::size_t k = panel.curves.size(); k-- > 0;) {
        const Curve& c = panel.curves[k];
        const Color ink = colors[k % colors.size()];
        std::vector<Point> points;
        for (std::size_t i = 0; i < std::min(c.x.size(), c.y.size()); ++i)
            points.push_back({x0 + width * (c.x[i] / x_end), y0 - height * (c.y[i] / y_end)});
        canvas.polyline(points, 2.5, ink);
        const std::string name = text_cut(c.name, longest_name);
        legend -= text_width(name);
        canvas.text(legend, 18, name, color::ink);
        canvas.line({legend - 26, 24}, {legend - 8, 24}, 3, ink);
        legend -= 44;
    }
    canvas.text(x0, 14, text_cut(panel.title, std::max(legend - x0, 0.0), 2), color::ink, Align::left, 2);
}

}  // namespace

Picture draw_curves(std::span<const Panel> panels, const std::string& x_title) {
    Canvas canvas(panel_width * std::max(static_cast<int>(panels.size()), 1), panel_height);
    for (std::size_t i = 0; i < panels.size(); ++i)
        draw_panel(canvas, panels[i], panel_width * static_cast<double>(i), x_title);
    return canvas.finish();
}

}  // namespace tn
