// Adam: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
#pragma once

#include <array>
#include <cmath>

#include "dsl/optim/optimizer.hpp"

namespace tn {

/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
/// w -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) at step t.
struct Adam {
    static constexpr int states = 2;
    static constexpr const char* name = "Adam";
    float rate = 0.001f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weight_decay = 0;

    /// At step t: rate / (1 - beta1^t), root = 1 / sqrt(1 - beta2^t).
    struct Rule {
        double rate, root;
        float beta1, beta2, epsilon;
        template <class T> constexpr void operator()(T& w, T g, T& m, T& v) const {
            m = flush_subnormal(T(beta1) * m + (T(1) - T(beta1)) * g);
            v = flush_subnormal(T(beta2) * v + (T(1) - T(beta2)) * g * g);
            w -= T(rate) * m / (std::sqrt(v) * T(root) + T(epsilon));
        }
    };
    constexpr std::array<Hyperparameter, 5> hyperparameters() const {
        return {{{"rate", rate},
                 {"beta1", beta1, 0, 1},
                 {"beta2", beta2, 0, 1},
                 {"epsilon", epsilon, least_epsilon},
                 {"weight_decay", weight_decay}}};
    }
    Rule rule(long long step) const {
        const double t = static_cast<double>(step);
        return {rate / (1 - std::pow(double{beta1}, t)), 1 / std::sqrt(1 - std::pow(double{beta2}, t)), beta1, beta2,
                epsilon};
    }
};

}  // namespace tn
