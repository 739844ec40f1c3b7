#include "runtime/data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"

namespace tn {
namespace {

void check_rule(const SplitRule& rule) {
    if (const auto* fraction = std::get_if<TestFraction>(&rule)) {
        if (!(fraction->value > 0 && fraction->value < 1))
            throw Error(fmt::format("the test fraction must lie between 0 and 1, not be {}", fraction->value));
    } else if (const int count = std::get<TrainPerClass>(rule).count; count < 1) {
        throw Error(fmt::format("the training samples of a class must be at least 1, not {}", count));
    }
}

/// How many of the n samples of a class are for training; `name` is the class's in an error.
std::size_t train_count(const SplitRule& rule, std::size_t n, const std::string& name) {
    if (const auto* fraction = std::get_if<TestFraction>(&rule)) {
        if (n < 2) return n;
        const std::size_t test = std::llround(fraction->value * static_cast<double>(n));
        return n - std::clamp<std::size_t>(test, 1, n - 1);
    }
    const std::size_t count = std::get<TrainPerClass>(rule).count;
    if (n <= count)
        throw Error(
            fmt::format("class {} has {} samples; with {} for training it must have more, to leave one for "
                        "testing",
                        name, n, count));
    return count;
}

/// `names` are the classes'; empty: errors number them.
Split split_classes(std::span<const int> labels, int classes, SplitRule rule, std::uint64_t seed,
                    std::span<const std::string> names) {
    check_rule(rule);
    if (classes < 1) throw Error(fmt::format("a split must have at least 1 class, not {}", classes));
    if (!std::in_range<int>(labels.size()))
        throw Error(
            fmt::format("a split takes at most {} samples, not {}", std::numeric_limits<int>::max(), labels.size()));
    std::vector<std::vector<int>> members(classes);
    for (int i = 0; i < std::ssize(labels); ++i) {
        if (labels[i] < 0 || labels[i] >= classes)
            throw Error(fmt::format("the label of sample {} must be 0 to {}, not {}", i, classes - 1, labels[i]));
        members[labels[i]].push_back(i);
    }

    Split split;
    for (int label = 0; label < classes; ++label) {
        std::vector<int>& samples = members[label];
        const std::string name = names.empty() ? std::to_string(label) : names[label];
        const std::size_t train = train_count(rule, samples.size(), name);
        Random random(seed, stream::split, label);
        for (std::size_t i = 0; i < train; ++i)  // Fisher and Yates, as far as the training samples go
            std::swap(samples[i], samples[i + random.below(static_cast<std::uint32_t>(samples.size() - i))]);
        const auto border = samples.begin() + train;
        split.train.insert(split.train.end(), samples.begin(), border);
        split.test.insert(split.test.end(), border, samples.end());
    }
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.test.begin(), split.test.end());
    return split;
}

}  // namespace

Split stratified_split(std::span<const int> labels, int classes, SplitRule rule, std::uint64_t seed) {
    return split_classes(labels, classes, rule, seed, {});
}

Split stratified_split(const Pictures& pictures, SplitRule rule, std::uint64_t seed) {
    return split_classes(pictures.labels, static_cast<int>(pictures.classes.size()), rule, seed, pictures.classes);
}

Pictures subset(const Pictures& pictures, std::span<const int> indices) {
    Pictures chosen;
    chosen.shape = pictures.shape;
    chosen.classes = pictures.classes;
    chosen.pixels.reserve(indices.size() * pictures.shape.size());
    for (const int i : indices) {
        if (i < 0 || i >= pictures.size())
            throw Error(fmt::format("the index of a picture must be 0 to {}, not {}", pictures.size() - 1, i));
        const auto pixels = pictures.picture(i);
        chosen.pixels.insert(chosen.pixels.end(), pixels.begin(), pixels.end());
        chosen.labels.push_back(pictures.labels[i]);
        chosen.files.push_back(pictures.files[i]);
    }
    return chosen;
}

}  // namespace tn
