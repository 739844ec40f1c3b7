#include "runtime/report/terminal_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "dsl/core/index.hpp"

namespace tn {

namespace {

constexpr int label_columns = 7;
constexpr std::array<int, 3> colours{36, 33, 35};  // cyan, yellow, magenta
constexpr const char* letters = "*o+";

std::string coloured(const std::string& text, std::size_t curve, TerminalStyle style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colours[curve % colours.size()], text) : text;
}

/// Cells of dots, and which curve was drawn there last.
class Plot {
public:
    Plot(int width, int height, TerminalStyle style)
        : width_(width),
          height_(height),
          across_(style.unicode ? 2 : 1),
          down_(style.unicode ? 4 : 1),
          style_(style),
          cells_(Index{width} * height) {}

    /// x and y from 0 to 1, y upwards; a point that follows another is joined to it.
    void line(std::size_t curve, double x0, double y0, double x1, double y1) {
        const auto column = [&](double x) { return static_cast<int>(std::lround(x * (width_ * across_ - 1))); };
        const auto row = [&](double y) { return static_cast<int>(std::lround((1 - y) * (height_ * down_ - 1))); };
        const int a = column(x0), b = row(y0), c = column(x1), d = row(y1);
        const int steps = std::max({std::abs(c - a), std::abs(d - b), 1});
        for (int i = 0; i <= steps; ++i)
            dot(curve, a + static_cast<int>(std::lround(static_cast<double>(c - a) * i / steps)),
                b + static_cast<int>(std::lround(static_cast<double>(d - b) * i / steps)));
    }

    std::string row(int y) const {
        std::string text;
        for (int x = 0; x < width_; ++x) {
            const Cell& cell = cells_[y * width_ + x];
            text += cell.dots == 0 ? " " : coloured(character(cell), cell.curve, style_);
        }
        return text;
    }

private:
    struct Cell {
        unsigned dots = 0;
        std::size_t curve = 0;
    };

    void dot(std::size_t curve, int x, int y) {
        // Braille numbers its dots 1 2 3 down the left, 4 5 6 down the right, and 7 and 8 below.
        static constexpr unsigned bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        Cell& cell = cells_[y / down_ * width_ + x / across_];
        cell.dots |= bit[y % down_][x % across_];
        cell.curve = curve;
    }

    std::string character(const Cell& cell) const {
        if (!style_.unicode) return std::string(1, letters[cell.curve % 3]);
        const unsigned code = 0x2800 + cell.dots;
        return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
                static_cast<char>(0x80 | (code & 0x3F))};
    }

    int width_, height_, across_, down_;
    TerminalStyle style_;
    std::vector<Cell> cells_;
};

std::string title_of(const Panel& panel, int width, TerminalStyle style) {
    std::string text = fit_columns(panel.title, width);
    int used = columns_of(text);
    for (std::size_t i = 0; i < panel.curves.size(); ++i) {
        const std::string& name = panel.curves[i].name;
        if ((used += columns_of(name) + 4) > width) break;
        text += fmt::format(
            "  {}",
            coloured(fmt::format("{} {}", style.unicode ? "⠒" : std::string(1, letters[i % 3]), name), i, style));
    }
    return text;
}

std::string label(double value, bool share) {
    return share         ? fmt::format("{:.0f} %", 100 * value)
           : value < 100 ? fmt::format("{:.2f}", value)
                         : fmt::format("{:.3g}", value);
}

}  // namespace

int columns_of(const std::string& utf8) {
    int columns = 0;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) != 0x80) columns += byte < 0x80 ? 1 : 2;
    }
    return columns;
}

std::string fit_columns(const std::string& utf8, int columns) {
    std::size_t end = 0;
    for (int used = 0; end < utf8.size();) {
        std::size_t next = end + 1;
        while (next < utf8.size() && (static_cast<unsigned char>(utf8[next]) & 0xC0) == 0x80) ++next;
        used += static_cast<unsigned char>(utf8[end]) < 0x80 ? 1 : 2;
        if (used > columns) break;
        end = next;
    }
    return utf8.substr(0, end);
}

std::vector<std::string> draw_terminal_chart(const Panel& panel, double x_end, int width, int height,
                                             TerminalStyle style) {
    std::vector<std::string> lines(std::max(height, 0));
    const int plot_width = width - label_columns - 2, plot_height = height - 1;
    if (lines.empty()) return lines;
    lines[0] = title_of(panel, width, style);
    if (plot_width < 4 || plot_height < 2) return lines;
    double x_begin = x_end, top = panel.share ? 1 : 0;
    for (const Curve& curve : panel.curves)
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!std::isfinite(curve.y[i])) continue;
            x_begin = std::min(x_begin, curve.x[i]);
            if (!panel.share) top = std::max(top, curve.y[i]);
        }
    if (!(top > 0)) top = 1;
    Plot plot(plot_width, plot_height, style);
    // The last curve first, so that the first, of training, is on top.
    for (std::size_t k = panel.curves.size(); k-- > 0;) {
        const Curve& curve = panel.curves[k];
        double before_x = 0, before_y = 0;
        bool joined = false;
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!std::isfinite(curve.y[i])) continue;
            const double x = x_end > x_begin ? std::clamp((curve.x[i] - x_begin) / (x_end - x_begin), 0.0, 1.0) : 0;
            const double y = std::clamp(curve.y[i] / top, 0.0, 1.0);
            plot.line(k, joined ? before_x : x, joined ? before_y : y, x, y);
            before_x = x;
            before_y = y;
            joined = true;
        }
    }
    for (int y = 0; y < plot_height; ++y) {
        const bool first = y == 0, last = y == plot_height - 1;
        lines[y + 1] = fmt::format("{:>{}} {}{}",
                                   first  ? label(top, panel.share)
                                   : last ? label(0, panel.share)
                                          : "",
                                   label_columns, style.unicode ? "│" : "|", plot.row(y));
    }
    return lines;
}

}  // namespace tn
