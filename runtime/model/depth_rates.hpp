// Learning rates by depth: the nearer to the input, the smaller.
#pragma once

#include <cmath>
#include <map>
#include <string>

#include "runtime/model/hyperparameters.hpp"

namespace tn {

/// For Model::tensor_factors(): the rate of the last layer is times 1, of the one before times `decay`, before that
/// times its square. What comes behind a layer and has no weights that decay, as BN, goes with that layer, and so do
/// the layers of a Shared with its first use. As in Clark and others, "ELECTRA", 2020. Throws Error unless
/// 0 < decay <= 1.
template <class M> ChooseFactors rates_by_depth(const M& model, float decay) {
    if (!(decay > 0 && decay <= 1))
        throw Error("the decay of rates by depth must be over 0 and at most 1, not " + std::to_string(decay));
    std::map<int, bool> begins;  // of each layer that is trained: whether it has weights that decay
    for (const auto& t : model.tensors())
        if (t.trained) begins[t.layer] = begins[t.layer] || t.parameter.decays;
    std::map<int, int> depth;  // counted from the first of such layers
    int count = 0;
    for (const auto& [layer, weights] : begins) depth[layer] = count += weights;
    std::map<std::string, float> rates;
    for (const auto& t : model.tensors())
        if (t.trained) rates[t.name] = std::pow(decay, static_cast<float>(count - depth[t.layer]));
    return [rates](const std::string& tensor, TensorFactors& of) { of.rate *= rates.at(tensor); };
}

}  // namespace tn
