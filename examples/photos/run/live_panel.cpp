#include "examples/photos/run/live_panel.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "dsl/net/summary.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/report/epoch_history.hpp"

namespace photos {

using namespace tn;

namespace {

/// Loss and accuracy of the last epoch that looked at each kind of photographs, as one line.
std::string last_numbers(const std::vector<EpochResult>& epochs) {
    std::string text;
    const auto add = [&](const char* name, auto loss, auto accuracy) {
        for (auto e = epochs.rbegin(); e != epochs.rend(); ++e)
            if (!std::isnan((*e).*loss)) {
                text += fmt::format("   {} {:.4f}, {:.1f} %", name, (*e).*loss, 100 * ((*e).*accuracy));
                return;
            }
    };
    add("train", &EpochResult::train_loss, &EpochResult::train_accuracy);
    add("held out", &EpochResult::held_loss, &EpochResult::held_accuracy);
    add("test", &EpochResult::test_loss, &EpochResult::test_accuracy);
    return text.empty() ? "no epoch is over yet" : "loss, accuracy" + text;
}

/// Lines of two charts beside each other. Escape sequences take no room, so the left one's are padded by what is seen.
std::vector<std::string> beside(const std::vector<std::string>& left, const std::vector<std::string>& right,
                                int width) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < left.size(); ++i) {
        int seen = 0;
        for (std::size_t k = 0; k < left[i].size(); ++k) {
            if (left[i][k] == '\x1b')
                while (k < left[i].size() && left[i][k] != 'm') ++k;
            else
                seen += (static_cast<unsigned char>(left[i][k]) & 0xC0) != 0x80;
        }
        lines.push_back(left[i] + std::string(std::max(width - seen, 0), ' ') + right[i]);
    }
    return lines;
}

}  // namespace

std::vector<std::string> live_panel(const RunProgress& p, const std::vector<EpochResult>& epochs, int columns, int rows,
                                    TerminalStyle style) {
    ProgressState all = p.step;
    all.done += all.before;
    all.total += all.before;
    // What is left is told by the steps of this start alone.
    all.seconds =
        p.step.done > 0 ? p.step.seconds * static_cast<double>(all.done) / static_cast<double>(p.step.done) : 0;
    const std::string name = p.name.empty() ? "generated characters" : escape_text(p.name);
    const std::string state = p.state.empty() ? "is starting" : p.state;
    std::vector<std::string> lines{
        fit_columns(name, std::max(columns - columns_of(state) - 2, 0)) + "  " + state,
        progress_line(all, columns - 1, style.unicode),
        fmt::format("epoch {}   {:.0f} images/s   {} memory   {} since the start",
                    epochs.empty() ? 1 : epochs.back().epoch + (p.state == "running"), all.samples_per_second,
                    format_bytes(p.memory), clock_text(p.step.seconds)),
        last_numbers(epochs)};
    for (std::size_t i : {0u, 2u, 3u}) lines[i] = fit_columns(lines[i], columns);
    if (const int height = std::min(rows - static_cast<int>(lines.size()) - 1, 16); height >= 4 && !epochs.empty()) {
        const std::vector<Panel> panels = history_panels(epochs);
        const double end = static_cast<double>(epochs.back().iteration);
        lines.emplace_back();
        const bool both = columns >= 60;
        const int width = both ? (columns - 2) / 2 : columns;
        auto charts = draw_terminal_chart(panels[0], end, width, height, style);
        if (both) charts = beside(charts, draw_terminal_chart(panels[1], end, width, height, style), width + 2);
        lines.insert(lines.end(), charts.begin(), charts.end());
    }
    lines.resize(std::min<std::size_t>(lines.size(), std::max(rows, 0)));
    return lines;
}

LiveScreen::LiveScreen(std::FILE* out) : out_(out), style_{locale_is_utf8(), std::getenv("NO_COLOR") == nullptr} {}

LiveScreen::~LiveScreen() { leave(); }

void LiveScreen::draw(const RunProgress& progress, const std::vector<EpochResult>& epochs) {
    winsize size{};
    if (::ioctl(fileno(out_), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        size.ws_col = 80, size.ws_row = 24;
    // The second screen, without a cursor; then line by line from the top, so that nothing flickers.
    std::string text = open_ ? "\x1b[H" : "\x1b[?1049h\x1b[?25l\x1b[H";
    open_ = true;
    bool first = true;
    for (const std::string& line : live_panel(progress, epochs, size.ws_col, size.ws_row, style_)) {
        text += (first ? "" : "\r\n") + line + "\x1b[K";
        first = false;
    }
    std::fputs((text + "\x1b[J").c_str(), out_);
    std::fflush(out_);
    last_ = progress;
    epochs_ = epochs;
}

void LiveScreen::leave() {
    if (!open_) return;
    open_ = false;
    winsize size{};
    const bool known = ::ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 1;
    std::fputs("\x1b[?1049l\x1b[?25h", out_);
    for (const std::string& line :
         live_panel(last_, epochs_, known ? size.ws_col : 80, known ? size.ws_row - 1 : 23, style_))
        std::fprintf(out_, "%s\n", line.c_str());
    std::fflush(out_);
}

}  // namespace photos
