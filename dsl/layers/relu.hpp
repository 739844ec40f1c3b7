// Relu: max(x, 0).
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

/// y = max(x, 0); the slope at 0 is 0, and NaN stays NaN so that it reaches the loss. Any shape, unchanged.
struct Relu : Pointwise<Relu> {
    static constexpr Reads reads{.x = false, .y = true};
    static constexpr Operation operation = pointwise(functions::relu);

    static constexpr Text name() { return "Relu"; }
    template <class T> static constexpr T value(T x) { return evaluate<functions::relu>(x); }
    template <class T> static constexpr T slope(T, T y) { return y > 0 ? T(1) : T(0); }
};

}  // namespace tn
