// SIGINT and SIGTERM as a wish to end, which a loop asks for between two steps.
#pragma once

#include <array>
#include <csignal>

namespace tn {

/// While it lives, the first SIGINT (Ctrl-C) or SIGTERM is noted instead of ending the program; a second one of the
/// same kind ends it as always. A signal that the program was started to ignore stays ignored. One at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// The signal that came, or 0. By convention such a program ends with status 128 + signal.
    int caught() const;

private:
    static constexpr std::array<int, 2> signals{SIGINT, SIGTERM};
    std::array<struct sigaction, 2> before_{};
};

}  // namespace tn
