// Stochastic gradient descent.
#pragma once

namespace tn {

/// w -= rate g. An optimizer's `rule(step)` gives what updates one weight at the step, counted from 1; `weight_decay`
/// adds weight_decay w to the gradient of weights (not of biases and normalisation).
struct SGD {
    static constexpr int states = 0;
    static constexpr const char* name = "SGD";
    float rate = 0.01f, weight_decay = 0;

    auto rule(long long) const {
        return [r = rate]<class T>(T& w, T g, T&, T&) { w -= T(r) * g; };
    }
};

}  // namespace tn
