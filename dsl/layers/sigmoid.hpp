// Sigmoid: 1 / (1 + exp(-x)).
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

/// y = 1 / (1 + exp(-x)), dy/dx = y (1 - y). Any shape, unchanged.
struct Sigmoid : Pointwise<Sigmoid> {
    static constexpr Reads reads{.x = false, .y = true};
    static constexpr Operation operation = pointwise(functions::sigmoid);

    static constexpr Text name() { return "Sigmoid"; }
    template <class T> static constexpr T value(T x) { return evaluate<functions::sigmoid>(x); }
    template <class T> static constexpr T slope(T, T y) { return y * (1 - y); }
};

}  // namespace tn
