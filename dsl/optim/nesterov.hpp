// Nesterov's momentum as Sutskever and others, "On the importance of initialization and momentum", 2013, write it.
#pragma once

#include <array>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// v = momentum v + g; w -= rate (g + momentum v).
struct Nesterov {
    static constexpr int states = 1;
    static constexpr const char* name = "Nesterov";
    float rate = 0.01f, momentum = 0.9f, weight_decay = 0;

    struct Rule {
        float rate, momentum;
        template <class T> constexpr void operator()(T& w, T g, T& v) const {
            v = flush_subnormal(T(momentum) * v + g);
            w -= T(rate) * (g + T(momentum) * v);
        }
    };
    constexpr std::array<Hyperparameter, 3> hyperparameters() const {
        return {{{"rate", rate}, {"momentum", momentum, 0, 1}, {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate, momentum}; }
};

}  // namespace tn
