// What a layer or loss computes at inference, in the few words that exporters know. Its own file says it once; the
// exported C++ header and ONNX derive from it.
#pragma once

#include "dsl/core/conv_window.hpp"

namespace tn {

/// A member `static constexpr Operation operation` of a layer or loss. One without it trains and runs as always but
/// cannot be exported.
struct Operation {
    enum Kind {
        none,
        identity,     ///< what does nothing at inference
        flatten,      ///< the same values, read as a vector
        convolution,  ///< parameters weight and, if there is one, bias; `window`
        dense,        ///< the same, without a window
        normalise,    ///< parameters weight and bias, states mean and variance, by channel; `epsilon`
        scale,        ///< y = weight[c] x, + bias[c] if there is one
        relu,
        sigmoid,
        max_pool,  ///< `window`
        sum,       ///< of all inputs
        join,      ///< the channels of all inputs
        softmax
    } kind = none;
    ConvWindow window{};
    float epsilon = 0;
};

}  // namespace tn
