#include "examples/photos/commands/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "runtime/core/escape_text.hpp"

namespace photos {

using namespace tn;

namespace {

/// The classes, the most probable first.
std::vector<int> ranked(std::span<const float> probabilities) {
    std::vector<int> order(probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int a, int b) { return probabilities[a] > probabilities[b]; });
    return order;
}

/// A float in as few digits as tell it apart, not as the double next to it.
double short_number(float v) { return std::stod(fmt::format("{}", v)); }

std::string json_line(const std::string& file, std::span<const float> p, const std::vector<std::string>& classes,
                      const std::vector<int>& order, int top, bool none) {
    using json = nlohmann::ordered_json;
    json answer{{"file", file}};
    answer["class"] = none ? json() : json(classes[order[0]]);
    answer["probability"] = short_number(p[order[0]]);
    answer["top"] = json::array();
    for (int i = 0; i < top; ++i)
        answer["top"].push_back({{"class", classes[order[i]]}, {"probability", short_number(p[order[i]])}});
    for (std::size_t c = 0; c < classes.size(); ++c) answer["probabilities"][classes[c]] = short_number(p[c]);
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string answer_line(const std::string& file, std::span<const float> probabilities,
                        const std::vector<std::string>& classes, const AnswerOptions& options) {
    const std::vector<int> order = ranked(probabilities);
    const int top = std::min<int>(options.top, static_cast<int>(order.size()));
    const bool none = static_cast<double>(probabilities[order[0]]) < options.min_confidence;
    if (options.json) return json_line(file, probabilities, classes, order, top, none);
    std::string line = escape_text(file);
    for (int i = 0; i < top; ++i)
        line += fmt::format("\t{}\t{:.4f}", i == 0 && none ? none_of_these : escape_text(classes[order[i]]),
                            probabilities[order[i]]);
    return line;
}

}  // namespace photos
