// A run on one screen: bar, numbers and curves.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "examples/photos/run/run_progress.hpp"
#include "runtime/report/terminal_chart.hpp"
#include "runtime/train/epoch_result.hpp"

namespace photos {

/// At most `rows` lines of at most `columns` columns; curves only where there is room for them.
std::vector<std::string> live_panel(const RunProgress& progress, const std::vector<tn::EpochResult>& epochs,
                                    int columns, int rows, tn::TerminalStyle style);

/// The terminal's second screen, on which the panel is drawn again and again in the size that the terminal then has;
/// what was on the first one is there again afterwards, with the last panel below it. Writes nothing before the first
/// draw().
class LiveScreen {
public:
    explicit LiveScreen(std::FILE* out);
    ~LiveScreen();
    LiveScreen(const LiveScreen&) = delete;
    LiveScreen& operator=(const LiveScreen&) = delete;

    void draw(const RunProgress& progress, const std::vector<tn::EpochResult>& epochs);
    /// Back to the first screen.
    void leave();

private:
    std::FILE* out_;
    tn::TerminalStyle style_;
    bool open_ = false;
    RunProgress last_;
    std::vector<tn::EpochResult> epochs_;
};

}  // namespace photos
