// What the samples of each class are worth when some classes have many more than others.
#pragma once

#include <span>
#include <vector>

namespace tn {

/// How many samples have each label of 0 .. classes - 1. Throws Error when one is out of range.
std::vector<int> count_labels(std::span<const int> labels, int classes);

/// n / (k n_c) for a class of n_c of the n samples, k the classes that have any: all of these are worth the same and
/// the mean over the samples is 1 (King and Zeng, "Logistic regression in rare events data", 2001); 0 for a class
/// without any. `labels` are 0 .. classes - 1. Throws Error when one is out of range.
std::vector<float> balanced_class_weights(std::span<const int> labels, int classes);

}  // namespace tn
