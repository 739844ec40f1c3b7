// Gradient descent with momentum: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
#pragma once

#include <array>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// v = momentum v + g; w -= rate v.
struct Momentum {
    static constexpr int states = 1;
    static constexpr const char* name = "Momentum";
    float rate = 0.01f, momentum = 0.9f, weight_decay = 0;

    struct Rule {
        float rate, momentum;
        template <class T> constexpr void operator()(T& w, T g, T& v) const {
            v = flush_subnormal(T(momentum) * v + g);
            w -= T(rate) * v;
        }
    };
    constexpr std::array<Hyperparameter, 3> hyperparameters() const {
        return {{{"rate", rate}, {"momentum", momentum, 0, 1}, {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate, momentum}; }
};

}  // namespace tn
