// Lion: Chen and others, "Symbolic discovery of optimization algorithms", 2023.
#pragma once

#include <array>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// w -= rate (sign(beta1 m + (1 - beta1) g) + weight_decay w); m = beta2 m + (1 - beta2) g, with sign(0) = 0. Every
/// weight moves by the rate, so that it is a third to a tenth of Adam's, and the decay so many times larger. The decay
/// acts on weights, not on biases and normalisation.
struct Lion {
    static constexpr int states = 1;
    static constexpr const char* name = "Lion";
    float rate = 0.0001f, beta1 = 0.9f, beta2 = 0.99f, weight_decay = 0;

    struct Rule {
        static constexpr bool decoupled_decay = true;
        float rate, beta1, beta2;
        template <class T> constexpr void operator()(T& w, T g, T& m) const {
            const T direction = T(beta1) * m + (T(1) - T(beta1)) * g;
            w -= direction > 0 ? T(rate) : direction < 0 ? -T(rate) : T(0);
            m = flush_subnormal(T(beta2) * m + (T(1) - T(beta2)) * g);
        }
    };
    constexpr std::array<Hyperparameter, 4> hyperparameters() const {
        return {{{"rate", rate}, {"beta1", beta1, 0, 1}, {"beta2", beta2, 0, 1}, {"weight_decay", weight_decay}}};
    }
    Rule rule(long long) const { return {rate, beta1, beta2}; }
};

}  // namespace tn
