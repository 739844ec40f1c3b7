#include "runtime/train/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Calls visit(truth, value) for every answer that counts, with value(c) what the model gave class c of it.
template <class Visit> int visit_classes(const PredictedSet& set, Visit visit) {
    const bool yes_or_no = set.labels.empty() && set.outputs == 1;
    if (!yes_or_no && set.labels.empty() && set.samples > 0)
        throw Error(fmt::format("predictions of {} values are of no classes", set.outputs));
    for (Index i = 0; i < set.samples; ++i)
        for (int pixel = 0; pixel < set.pixels; ++pixel) {
            const Index answer = i * set.pixels + pixel;
            const auto value = [&](int c) {
                if (!yes_or_no) return set.values[(i * set.outputs + c) * set.pixels + pixel];
                return c == 1 ? set.values[answer] : 1 - set.values[answer];
            };
            const int truth = yes_or_no ? set.targets[answer] >= 0.5f : set.labels[answer];
            if (yes_or_no || truth != set.ignored) visit(truth, value);
        }
    return yes_or_no ? 2 : set.outputs;
}

int classes_of(const PredictedSet& set) { return set.labels.empty() && set.outputs == 1 ? 2 : set.outputs; }

/// Calls visit(output, value, target) for every value.
template <class Visit> void visit_values(const PredictedSet& set, Visit visit) {
    if (!set.labels.empty()) throw Error("predictions of classes have no distance from their targets");
    for (Index i = 0; i < std::ssize(set.values); ++i)
        visit(static_cast<int>(i / set.pixels % set.outputs), double{1} * set.values[i], double{1} * set.targets[i]);
}

}  // namespace

Confusion confusion_of(const PredictedSet& set) {
    Confusion confusion(classes_of(set));
    visit_classes(set, [&](int truth, const auto& value) {
        int best = 0;
        for (int c = 1; c < confusion.classes(); ++c)
            if (value(c) > value(best)) best = c;
        confusion.add(truth, best);
    });
    return confusion;
}

double accuracy(const PredictedSet& set) {
    const Confusion confusion = confusion_of(set);
    return confusion.total() > 0 ? confusion.accuracy() : none;
}

double top_k_accuracy(const PredictedSet& set, int k) {
    if (k < 1) throw Error(fmt::format("the right class is looked for among the 1 likeliest or more, not {}", k));
    Index all = 0, right = 0;
    const int classes = classes_of(set);
    visit_classes(set, [&](int truth, const auto& value) {
        int before = 0;
        for (int c = 0; c < classes; ++c) before += value(c) > value(truth) || (c < truth && value(c) == value(truth));
        ++all;
        right += before < k;
    });
    return all > 0 ? static_cast<double>(right) / static_cast<double>(all) : none;
}

double area_under_roc(const PredictedSet& set) {
    if (classes_of(set) != 2)
        throw Error(fmt::format("{} classes have no receiver operating characteristic", set.outputs));
    std::vector<std::pair<float, int>> answers;
    visit_classes(set, [&](int truth, const auto& value) { answers.emplace_back(value(1), truth); });
    std::sort(answers.begin(), answers.end());
    double ranks = 0, ones = 0;
    for (std::size_t begin = 0, end = 0; begin < answers.size(); begin = end) {
        while (end < answers.size() && answers[end].first == answers[begin].first) ++end;
        for (std::size_t i = begin; i < end; ++i)
            if (answers[i].second == 1) ranks += static_cast<double>(begin + end + 1) / 2, ++ones;
    }
    const double zeros = static_cast<double>(answers.size()) - ones;
    return ones > 0 && zeros > 0 ? (ranks - ones * (ones + 1) / 2) / (ones * zeros) : none;
}

double mean_absolute_error(const PredictedSet& set) {
    double sum = 0;
    visit_values(set, [&](int, double value, double target) { sum += std::abs(value - target); });
    return sum / static_cast<double>(set.values.size());
}

double root_mean_square_error(const PredictedSet& set) {
    double sum = 0;
    visit_values(set, [&](int, double value, double target) { sum += (value - target) * (value - target); });
    return std::sqrt(sum / static_cast<double>(set.values.size()));
}

double r_squared(const PredictedSet& set, int output) {
    if (output < -1 || output >= set.outputs)
        throw Error(fmt::format("there is no output {} of {}", output, set.outputs));
    std::vector<double> mean(set.outputs), errors(set.outputs), differences(set.outputs);
    const double each = double{1} * set.samples * set.pixels;
    visit_values(set, [&](int o, double, double target) { mean[o] += target / each; });
    visit_values(set, [&](int o, double value, double target) {
        errors[o] += (value - target) * (value - target);
        differences[o] += (target - mean[o]) * (target - mean[o]);
    });
    if (set.samples == 0) return none;
    double sum = 0;
    for (int o = 0; o < set.outputs; ++o)
        if (output == -1 || o == output)
            sum += differences[o] > 0 ? 1 - errors[o] / differences[o] : errors[o] > 0 ? 0.0 : 1.0;
    return output == -1 ? sum / set.outputs : sum;
}

}  // namespace tn
