#include "runtime/core/stop_signals.hpp"

#include <atomic>

namespace tn {

namespace {

// The handler may run on any thread.
std::atomic<int> noted = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int number) { noted = number; }

}  // namespace

StopSignals::StopSignals() {
    noted = 0;
    struct sigaction note {};
    note.sa_handler = note_signal;
    note.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    sigemptyset(&note.sa_mask);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN) sigaction(signals[i], &note, nullptr);
    }
}

StopSignals::~StopSignals() {
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before_[i], nullptr);
}

int StopSignals::caught() const { return noted; }

}  // namespace tn
