#include "dsl/net/summary.hpp"

#include <fmt/format.h>

namespace tn {

std::string format_bytes(std::size_t bytes) {
    const char* units[] = {"B", "KiB", "MiB", "GiB"};
    double value = static_cast<double>(bytes);
    int unit = 0;
    for (; value >= 1024 && unit < 3; ++unit) value /= 1024;
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string format(const Summary& s) {
    std::string text =
        fmt::format("{:<7} {:<26} {:<22} {:>11} {:>10}\n", "index", "layer", "output", "parameters", "bytes");
    text += fmt::format("{:<7} {:<26} {:<22} {:>11} {:>10}\n", "", "input", s.input, "", "");
    for (const SummaryRow& r : s.rows)
        text += fmt::format("{:<7} {:<26} {:<22} {:>11} {:>10}\n", r.path, r.layer, r.output,
                            r.parameters ? fmt::format("{}", r.parameters) : "", format_bytes(r.bytes));
    text += fmt::format("{} parameters{}, batch {}, {}; inference needs {}\n", s.parameters,
                        s.frozen ? fmt::format(" ({} frozen)", s.frozen) : "", s.batch, s.loss,
                        format_bytes(s.infer_bytes));
    return text;
}

std::string format_training(const std::string& optimizer, std::size_t bytes, int batch, int parts, bool statistics) {
    return fmt::format("training with {} needs {}{}{}\n", optimizer, format_bytes(bytes),
                       parts > 1 ? fmt::format(", in {} parts of {}", parts, (batch + parts - 1) / parts) : "",
                       parts > 1 && statistics ? " with batch statistics of their own" : "");
}

}  // namespace tn
