// The line that shows a training run: redrawn on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace tn {

/// What the line shows.
struct ProgressState {
    std::int64_t done = 0, total = 0;  ///< iterations
    double loss = 0, accuracy = -1;    ///< accuracy below 0 or NaN: not shown
    double seconds = 0;                ///< since the start of this run
    double samples_per_second = 0;
    std::int64_t before = 0;  ///< iterations of the same run before this start of it
};

/// Whether the environment asks for UTF-8.
bool locale_is_utf8();

/// The line for a terminal, exactly `width` columns or fewer; `unicode` draws the bar with block characters.
std::string progress_line(const ProgressState& state, int width, bool unicode);

/// "1:02:05", "4:07".
std::string clock_text(double seconds);

/// What cannot be written is left out: it never ends a run.
class Progress {
public:
    /// Writes to `out`; a bar when it is a terminal, otherwise a plain line about every 5 % of the run.
    explicit Progress(std::FILE* out = stderr);
    Progress(std::FILE* out, bool terminal, int width, bool unicode);

    void show(const ProgressState& state);
    /// From now on only say() writes.
    void quiet() { quiet_ = true; }
    /// Writes a line of its own, the bar cleared before it.
    void say(const std::string& line);
    /// Ends the bar's line; what is shown next is of a run of its own.
    void finish();

private:
    std::FILE* out_;
    bool terminal_, unicode_;
    int width_;
    bool drawn_ = false, quiet_ = false;
    std::int64_t next_plain_ = 0;
    std::chrono::steady_clock::time_point last_{};
};

}  // namespace tn
