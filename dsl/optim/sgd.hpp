// Stochastic gradient descent.
#pragma once

#include <array>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// w -= rate g. `weight_decay` adds weight_decay w to the gradient of weights (not of biases and normalisation).
struct SGD {
    static constexpr int states = 0;
    static constexpr const char* name = "SGD";
    float rate = 0.01f, weight_decay = 0;

    struct Rule {
        float rate;
        template <class T> constexpr void operator()(T& w, T g) const { w -= T(rate) * g; }
    };
    constexpr std::array<Hyperparameter, 2> hyperparameters() const {
        return {{{"rate", rate}, {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate}; }
};

}  // namespace tn
