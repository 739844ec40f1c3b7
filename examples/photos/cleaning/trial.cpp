#include "examples/photos/cleaning/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace photos {

using namespace tn;

namespace {
constexpr std::pair<double, double> chance_bands[] = {{0.9, 2}, {0.75, 0.9}, {0.5, 0.75}, {0, 0.5}};
}  // namespace

void print_trial(const std::vector<LabelError>& found, const std::vector<int>& wrong) {
    const auto is_wrong = [&](const LabelError& s) { return std::binary_search(wrong.begin(), wrong.end(), s.sample); };
    std::size_t hits = 0;
    for (const LabelError& s : found) hits += is_wrong(s);
    const auto share = [](std::size_t part, std::size_t whole) {
        return whole ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 100;
    };
    fmt::print("trial: {} of {} wrong labels were found ({:.1f} %); of {} named, {} were wrong ({:.1f} %)\n", hits,
               wrong.size(), share(hits, wrong.size()), found.size(), hits, share(hits, found.size()));
    for (const auto& [least, most] : chance_bands) {
        std::size_t named = 0, right = 0;
        double expected = 0;
        for (const LabelError& s : found)
            if (s.chance >= least && s.chance < most) {
                ++named;
                right += is_wrong(s);
                expected += s.chance;
            }
        if (named > 0)
            fmt::print("  with a chance of {:.0f} to {:.0f} %: {} named, {:.1f} were to be wrong, {} were\n",
                       100 * least, 100 * std::min(most, 1.0), named, expected, right);
    }
}

}  // namespace photos
