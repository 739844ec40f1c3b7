// AdaGrad: Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.
#pragma once

#include <array>
#include <cmath>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// s += g^2; w -= rate g / (sqrt(s) + epsilon).
struct AdaGrad {
    static constexpr int states = 1;
    static constexpr const char* name = "AdaGrad";
    float rate = 0.01f, epsilon = 1e-10f, weight_decay = 0;

    struct Rule {
        float rate, epsilon;
        template <class T> constexpr void operator()(T& w, T g, T& s) const {
            s = flush_subnormal(s + g * g);
            w -= T(rate) * g / (std::sqrt(s) + T(epsilon));
        }
    };
    constexpr std::array<Hyperparameter, 3> hyperparameters() const {
        return {{{"rate", rate}, {"epsilon", epsilon, least_epsilon}, {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate, epsilon}; }
};

}  // namespace tn
