#include "examples/photos/run/run_monitor.hpp"

#include <unistd.h>

#include <cmath>

#include "runtime/report/epoch_history.hpp"

namespace photos {

using namespace tn;

RunMonitor::RunMonitor(const std::filesystem::path& folder, const std::string& name, bool resume, bool live)
    : record_(folder, name, resume), progress_(stderr), live_(live) {
    if (live) progress_.quiet();
    if (live && ::isatty(2) == 1) screen_.emplace(stderr);
}

void RunMonitor::step(const ProgressState& state) {
    record_.step(state);
    if (!screen_ || state.seconds - drawn_ < 0.25) return;
    drawn_ = state.seconds;
    draw();
}

void RunMonitor::epoch(const EpochResult& epoch) {
    record_.add(epoch);
    if (screen_)
        draw();
    else if (live_ || !std::isnan(epoch.test_accuracy) || !std::isnan(epoch.held_accuracy))
        progress_.say(epoch_line(epoch));
}

void RunMonitor::end(bool whole) {
    record_.end(whole ? "ended" : "interrupted");
    if (!screen_) return;
    draw();
    screen_->leave();
}

void RunMonitor::draw() { screen_->draw(record_.progress(), record_.epochs()); }

}  // namespace photos
