#include "runtime/train/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace tn {

namespace {

int terminal_width(std::FILE* out) {
    winsize size{};
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string numbers(const ProgressState& s) {
    std::string text = fmt::format("{}/{} loss {:.4f}", s.done, s.total, s.loss);
    if (s.accuracy >= 0) text += fmt::format(" acc {:.1f}%", 100 * s.accuracy);
    if (s.samples_per_second > 0) text += fmt::format(" {:.0f}/s", s.samples_per_second);
    if (s.done > 0 && s.done < s.total)
        text += " left " + clock_text(s.seconds / static_cast<double>(s.done) * static_cast<double>(s.total - s.done));
    return text;
}

/// A line that cannot be written, to a full disk or a closed descriptor, is no reason to end a run of hours.
void put(std::FILE* out, const std::string& text) {
    std::fputs(text.c_str(), out);
    std::fflush(out);
}

}  // namespace

bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const char* value = std::getenv(name); value && *value) {
            const std::string_view v(value);
            return v.find("UTF-8") != v.npos || v.find("utf8") != v.npos;
        }
    return false;
}

std::string clock_text(double seconds) {
    if (!(seconds >= 0) || seconds > 1e7) return "?";
    const long long s = std::llround(seconds);
    if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string progress_line(const ProgressState& s, int width, bool unicode) {
    const std::string right = numbers(s);
    const int bar = std::min(40, width - static_cast<int>(right.size()) - 3);
    if (bar < 4) return right.substr(0, std::max(width, 0));
    const double share =
        s.total > 0 ? std::clamp(static_cast<double>(s.done) / static_cast<double>(s.total), 0.0, 1.0) : 0;
    const int full = static_cast<int>(share * bar);
    std::string line = "[";
    for (int i = 0; i < bar; ++i) line += i < full ? (unicode ? "█" : "#") : (unicode ? "░" : "-");
    return line + "] " + right;
}

Progress::Progress(std::FILE* out) : Progress(out, isatty(fileno(out)) == 1, terminal_width(out), locale_is_utf8()) {}

Progress::Progress(std::FILE* out, bool terminal, int width, bool unicode)
    : out_(out), terminal_(terminal), unicode_(unicode), width_(width) {}

void Progress::show(const ProgressState& s) {
    if (quiet_) return;
    if (!terminal_) {
        if (s.done < next_plain_ && s.done != s.total) return;
        const std::int64_t part = std::max<std::int64_t>(1, s.total / 20);
        next_plain_ = (s.done / part + 1) * part;
        put(out_, numbers(s) + "\n");
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (drawn_ && s.done != s.total && now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    // One column less than the terminal has: the last one would wrap.
    put(out_, fmt::format("\r{}\x1b[K", progress_line(s, width_ - 1, unicode_)));
}

void Progress::say(const std::string& line) {
    put(out_, (drawn_ ? "\r\x1b[K" : "") + line + "\n");
    drawn_ = false;
}

void Progress::finish() {
    if (drawn_) put(out_, "\n");
    drawn_ = false;
    next_plain_ = 0;
}

}  // namespace tn
