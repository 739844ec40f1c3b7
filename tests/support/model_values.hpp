// A batch for a model of three classes, and the values of all its tensors.
#pragma once

#include <vector>

#include "runtime/core/random.hpp"

namespace tn::test {

template <class M> void set_batch(M& model, int seed) {
    Random random(seed, 1000);
    for (float& v : model.input()) v = random.normal();
    for (int& label : model.labels()) label = random.below(3);
}

template <class M> std::vector<std::vector<float>> values(const M& model) {
    std::vector<std::vector<float>> all;
    for (const auto& t : model.tensors()) all.emplace_back(t.values.begin(), t.values.end());
    return all;
}

}  // namespace tn::test
