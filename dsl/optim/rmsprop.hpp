// RMSprop: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012.
#pragma once

#include <array>
#include <cmath>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// s = decay s + (1 - decay) g^2; w -= rate g / (sqrt(s) + epsilon).
struct RMSprop {
    static constexpr int states = 1;
    static constexpr const char* name = "RMSprop";
    float rate = 0.001f, decay = 0.99f, epsilon = 1e-8f, weight_decay = 0;

    struct Rule {
        float rate, decay, epsilon;
        template <class T> constexpr void operator()(T& w, T g, T& s) const {
            s = flush_subnormal(T(decay) * s + (T(1) - T(decay)) * g * g);
            w -= T(rate) * g / (std::sqrt(s) + T(epsilon));
        }
    };
    constexpr std::array<Hyperparameter, 4> hyperparameters() const {
        return {{{"rate", rate},
                 {"decay", decay, 0, 1},
                 {"epsilon", epsilon, least_epsilon},
                 {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate, decay, epsilon}; }
};

}  // namespace tn
