// The named tensors of a model, as checkpoints and tests see them.
#pragma once

#include <span>
#include <string>

#include "dsl/core/layer.hpp"

namespace tn {

template <class T> struct Tensor {
    std::string name;        ///< "0.weight", "1.running_mean", "4.0.bias"
    std::span<T> values;
    Parameter parameter;     ///< its extents; for a state only these
    bool trained = true;
    float start = 0;         ///< where a state begins
    int node = 0;            ///< which entry of the running list it belongs to
};

}  // namespace tn
