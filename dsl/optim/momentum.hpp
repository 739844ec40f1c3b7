// Gradient descent with momentum: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
#pragma once

namespace tn {

/// v = momentum v + g; w -= rate v.
struct Momentum {
    static constexpr int states = 1;
    static constexpr const char* name = "Momentum";
    float rate = 0.01f, momentum = 0.9f, weight_decay = 0;

    auto rule(long long) const {
        return [r = rate, m = momentum]<class T>(T& w, T g, T& v, T&) {
            v = T(m) * v + g;
            w -= T(r) * v;
        };
    }
};

}  // namespace tn
