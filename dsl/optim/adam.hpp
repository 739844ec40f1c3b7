// Adam: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
#pragma once

#include <cmath>

namespace tn {

/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
/// w -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) at step t.
struct Adam {
    static constexpr int states = 2;
    static constexpr const char* name = "Adam";
    float rate = 0.001f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weight_decay = 0;

    auto rule(long long step) const {
        const double t = static_cast<double>(step);
        return [rate_t = rate / (1 - std::pow(double{beta1}, t)), root = 1 / std::sqrt(1 - std::pow(double{beta2}, t)),
                b1 = beta1, b2 = beta2, e = epsilon]<class T>(T& w, T g, T& m, T& v) {
            m = T(b1) * m + (T(1) - T(b1)) * g;
            v = T(b2) * v + (T(1) - T(b2)) * g * g;
            w -= T(rate_t) * m / (std::sqrt(v) * T(root) + T(e));
        };
    }
};

}  // namespace tn
