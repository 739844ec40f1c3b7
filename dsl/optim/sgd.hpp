// Stochastic gradient descent.
#pragma once

namespace tn {

/// w -= rate g. An optimizer's `rule(step)` gives what updates one weight at the step, counted from 1: a named type
/// with a constexpr operator(), so that it runs on a GPU too. `weight_decay` adds weight_decay w to the gradient of
/// weights (not of biases and normalisation).
struct SGD {
    static constexpr int states = 0;
    static constexpr const char* name = "SGD";
    float rate = 0.01f, weight_decay = 0;

    struct Rule {
        float rate;
        template <class T> constexpr void operator()(T& w, T g, T&, T&) const { w -= T(rate) * g; }
    };
    Rule rule(long long) const { return {rate}; }
};

}  // namespace tn
