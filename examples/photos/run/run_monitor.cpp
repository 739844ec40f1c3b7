#include "examples/photos/run/run_monitor.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "runtime/report/epoch_history.hpp"

namespace photos {

using namespace tn;

namespace {
constexpr double longest_silence = 10;  // seconds without a line, as long as epochs end
}

RunMonitor::RunMonitor(const std::filesystem::path& folder, const std::string& name, bool resume, bool live)
    : record_(folder, name, resume), progress_(stderr), live_(live) {
    const bool terminal = ::isatty(2) == 1;
    if (live || !terminal) progress_.quiet();
    if (live && terminal) screen_.emplace(stderr);
}

void RunMonitor::step(const ProgressState& state) {
    record_.step(state);
    if (!screen_ || state.seconds - drawn_ < 0.25) return;
    drawn_ = state.seconds;
    draw();
}

void RunMonitor::epoch(const EpochResult& epoch) {
    record_.add(epoch);
    if (screen_) return draw();
    const bool measured = !std::isnan(epoch.test_accuracy) || !std::isnan(epoch.held_accuracy);
    if (live_ || measured || epoch.last || epoch.seconds - said_ >= longest_silence) say(epoch);
}

void RunMonitor::say(const EpochResult& epoch) {
    const int left_out = epoch.epoch - said_epoch_ - 1;
    if (said_epoch_ > 0 && left_out == 1) progress_.say(fmt::format("epoch {} was not tested", epoch.epoch - 1));
    if (said_epoch_ > 0 && left_out > 1)
        progress_.say(fmt::format("epochs {} to {} were not tested", said_epoch_ + 1, epoch.epoch - 1));
    progress_.say(epoch_line(epoch));
    said_ = epoch.seconds;
    said_epoch_ = epoch.epoch;
}

void RunMonitor::end(bool whole) {
    record_.end(whole ? "ended" : "interrupted");
    if (!screen_) return;
    draw();
    screen_->leave();
}

void RunMonitor::draw() { screen_->draw(record_.progress(), record_.epochs()); }

}  // namespace photos
