// What training steps of a model leave, to compare processes that share batches with one that has all of each.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/model/batch_result.hpp"

namespace tn_test {

/// Losses, right ones, and every tensor, running statistics too, with its gradient.
struct Outcome {
    std::vector<double> losses;
    std::vector<int> correct;
    std::vector<std::vector<float>> tensors, gradients;

    /// After a step on a batch that has n samples in all.
    void add(const tn::BatchResult& result, int n) {
        if (result.n != n) throw tn::Error("the result must be of the whole batch");
        losses.push_back(result.loss);
        correct.push_back(result.correct);
    }
    /// After the last step.
    template <class M> void take_tensors(M& model) {
        for (const auto& t : model.tensors()) {
            tensors.emplace_back(t.values.begin(), t.values.end());
            if (!t.trained) continue;
            const auto g = model.gradient(t);
            gradients.emplace_back(g.begin(), g.end());
        }
    }
};

/// The largest difference of two lists of tensors, each by the largest value of its tensor, or `least`: the gradient of
/// a bias before BN is 0 but for rounding.
inline double difference(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b,
                         double least) {
    double worst = 0;
    for (std::size_t t = 0; t < a.size(); ++t) {
        double apart = 0, largest = least;
        for (std::size_t i = 0; i < a[t].size(); ++i) {
            apart = std::max(apart, std::abs(double{a[t][i]} - b[t][i]));
            largest = std::max(largest, std::abs(double{a[t][i]}));
        }
        worst = std::max(worst, apart / largest);
    }
    return worst;
}

}  // namespace tn_test
