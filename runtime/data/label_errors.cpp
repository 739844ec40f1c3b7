#include "runtime/data/label_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/data/class_weights.hpp"
#include "runtime/data/label_chance.hpp"

namespace tn {

namespace {

void check_labels(std::span<const int> labels, int classes) {
    for (std::size_t k = 0; k < labels.size(); ++k)
        if (labels[k] < 0 || labels[k] >= classes)
            throw Error(fmt::format("the label of sample {} must be 0 to {}, not {}", k, classes - 1, labels[k]));
}

void check_probabilities(std::span<const float> probabilities, std::span<const int> labels, int classes) {
    check_labels(labels, classes);
    if (probabilities.size() != labels.size() * classes)
        throw Error(fmt::format("{} samples of {} classes must have {} probabilities, not {}", labels.size(), classes,
                                labels.size() * classes, probabilities.size()));
    for (const float p : probabilities)
        if (!std::isfinite(p)) throw Error("a probability must be finite");
}

/// Shuffles the first `count` places of `samples` out of all (Fisher and Yates).
void shuffle(std::vector<int>& samples, std::size_t count, Random random) {
    for (std::size_t i = 0; i < count; ++i)
        std::swap(samples[i], samples[i + random.below(static_cast<std::uint32_t>(samples.size() - i))]);
}

}  // namespace

std::vector<int> stratified_folds(std::span<const int> labels, int classes, int folds, std::uint64_t seed) {
    check_labels(labels, classes);
    if (folds < 2 || folds > std::ssize(labels))
        throw Error(fmt::format("the folds must be 2 to {}, the number of samples, not {}", labels.size(), folds));
    std::vector<std::vector<int>> members(classes);
    for (int k = 0; k < std::ssize(labels); ++k) members[labels[k]].push_back(k);
    std::vector<int> fold(labels.size());
    int next = 0;  // goes on from class to class, so that the folds are of one size
    for (int c = 0; c < classes; ++c) {
        std::vector<int>& samples = members[c];
        shuffle(samples, samples.size(), Random(seed, stream::folds, c));
        for (const int k : samples) fold[k] = next++ % folds;
    }
    return fold;
}

LabelNoise estimate_label_noise(std::span<const float> probabilities, std::span<const int> labels, int classes) {
    check_probabilities(probabilities, labels, classes);
    LabelNoise noise;
    noise.threshold.assign(classes, 0);
    noise.confident.assign(Index{classes} * classes, 0);
    const std::vector<int> labelled = count_labels(labels, classes);
    for (std::size_t k = 0; k < labels.size(); ++k)
        noise.threshold[labels[k]] += double{probabilities[k * classes + labels[k]]};
    for (int j = 0; j < classes; ++j) noise.threshold[j] = labelled[j] ? noise.threshold[j] / labelled[j] : INFINITY;
    for (std::size_t k = 0; k < labels.size(); ++k) {
        const auto p = probabilities.subspan(k * classes, classes);
        int best = -1;
        for (int j = 0; j < classes; ++j)
            if (double{p[j]} >= noise.threshold[j] && (best < 0 || p[j] > p[best])) best = j;
        if (best >= 0) ++noise.confident[Index{labels[k]} * classes + best];
    }
    for (int i = 0; i < classes; ++i) {
        if (labelled[i] < 2) continue;
        const auto row = std::span(noise.confident).subspan(Index{i} * classes, classes);
        if (const int sum = std::accumulate(row.begin(), row.end(), 0))
            noise.wrong += labelled[i] * (1 - static_cast<double>(row[i]) / sum);
    }
    return noise;
}

std::vector<LabelError> find_label_errors(std::span<const float> probabilities, std::span<const int> labels,
                                          int classes) {
    const LabelNoise noise = estimate_label_noise(probabilities, labels, classes);
    const std::vector<int> labelled = count_labels(labels, classes);
    std::vector<LabelError> found;
    for (int k = 0; k < std::ssize(labels); ++k) {
        const auto p = probabilities.subspan(Index{k} * classes, classes);
        const int best = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
        if (p[best] > p[labels[k]] && labelled[labels[k]] > 1)
            found.push_back({k, labels[k], best, p[labels[k]], p[best]});
    }
    const auto margin = [](const LabelError& s) { return s.suggested_probability - s.given_probability; };
    std::stable_sort(found.begin(), found.end(),
                     [&](const LabelError& a, const LabelError& b) { return margin(a) > margin(b); });
    found.resize(std::min<std::size_t>(found.size(), std::llround(noise.wrong)));
    const std::vector<double> chances = label_chances(probabilities, labels, classes).wrong;
    for (LabelError& s : found) s.chance = chances[s.sample];
    std::stable_sort(found.begin(), found.end(),
                     [](const LabelError& a, const LabelError& b) { return a.chance > b.chance; });
    return found;
}

std::vector<int> flip_labels(Pictures& pictures, double share, std::uint64_t seed) {
    const int classes = static_cast<int>(pictures.classes.size());
    if (!(share >= 0 && share <= 1) || classes < 2)
        throw Error(
            fmt::format("labels are changed for a share of 0 to 1 of pictures of at least 2 classes, not {} of {}",
                        share, classes));
    check_labels(pictures.labels, classes);
    Random random(seed, stream::labels, ~std::uint64_t{0});
    std::vector<int> chosen(pictures.labels.size());
    std::iota(chosen.begin(), chosen.end(), 0);
    const std::size_t count = std::llround(share * static_cast<double>(chosen.size()));
    shuffle(chosen, count, random);
    chosen.resize(count);
    std::sort(chosen.begin(), chosen.end());
    Random other(seed, stream::labels, ~std::uint64_t{1});
    for (const int k : chosen) {
        const int further = pictures.labels[k] + 1 + other.below(classes - 1);
        pictures.labels[k] = further % classes;
    }
    return chosen;
}

}  // namespace tn
