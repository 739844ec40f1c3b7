// RMSprop: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012.
#pragma once

#include <cmath>

namespace tn {

/// s = decay s + (1 - decay) g^2; w -= rate g / (sqrt(s) + epsilon).
struct RMSprop {
    static constexpr int states = 1;
    static constexpr const char* name = "RMSprop";
    float rate = 0.001f, decay = 0.99f, epsilon = 1e-8f, weight_decay = 0;

    auto rule(long long) const {
        return [r = rate, d = decay, e = epsilon]<class T>(T& w, T g, T& s, T&) {
            s = T(d) * s + (T(1) - T(d)) * g * g;
            w -= T(r) * g / (std::sqrt(s) + T(e));
        };
    }
};

}  // namespace tn
