// Which pictures are for training and which for testing.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// Indices into a data set, ascending; each index is in exactly one of the two.
struct Split {
    std::vector<int> train, test;
};

/// Of each class of n samples round(value * n) are for testing, but at least 1 for each side when n is 2 or more; a
/// class of one sample is for training. 0 < value < 1.
struct TestFraction {
    double value;
};

/// Of each class exactly `count` samples, 1 or more, are for training and all others, at least 1, for testing.
struct TrainPerClass {
    int count;
};

using SplitRule = std::variant<TestFraction, TrainPerClass>;

/// Splits each class on its own, by chance: Random(seed, stream::split, class). `labels` are 0 .. classes - 1.
/// Throws Error when a label or the rule is out of range or a class is too small for it.
Split stratified_split(std::span<const int> labels, int classes, SplitRule rule, std::uint64_t seed);

/// The same of a data set, whose classes an error names.
Split stratified_split(const Pictures& pictures, SplitRule rule, std::uint64_t seed);

/// The pictures of these indices, in this order, with the classes of the whole; `skipped` stays with the whole.
/// Throws Error when an index is out of range.
Pictures subset(const Pictures& pictures, std::span<const int> indices);

}  // namespace tn
