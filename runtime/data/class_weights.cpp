#include "runtime/data/class_weights.hpp"

#include <algorithm>
#include <string>

#include "runtime/core/error.hpp"

namespace tn {

std::vector<int> count_labels(std::span<const int> labels, int classes) {
    std::vector<int> counts(std::max(classes, 0));
    for (const int label : labels) {
        if (label < 0 || label >= classes)
            throw Error("label " + std::to_string(label) + " is not one of " + std::to_string(classes) + " classes");
        ++counts[label];
    }
    return counts;
}

std::vector<float> balanced_class_weights(std::span<const int> labels, int classes) {
    const std::vector<int> counts = count_labels(labels, classes);
    const auto used = static_cast<double>(std::count_if(counts.begin(), counts.end(), [](int n) { return n > 0; }));
    std::vector<float> weights;
    weights.reserve(counts.size());
    for (const int n : counts)
        weights.push_back(n > 0 ? static_cast<float>(static_cast<double>(labels.size()) / (used * n)) : 0.0f);
    return weights;
}

}  // namespace tn
