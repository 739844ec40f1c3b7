// Apply: any function of one value, written as a formula.
#pragma once

#include "dsl/core/formula.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

/// y = F(x), value by value: Apply<x * sigmoid(x)>, Apply<max(x, 0.1_c * x)>. The formula is made of x, constants,
/// + - * /, min, max, abs, sqrt, exp, expm1, log, tanh, erf, sigmoid and softplus, in at most 24 steps with at most 6
/// constants. It is differentiated at compile time. Any shape, unchanged.
template <Expression F> struct Apply : PointwiseFunction<Apply<F>, F> {
    static constexpr Text name() {
        Text text;
        text << "Apply<";
        write_formula(text, F);
        return text << ">";
    }
    static constexpr ShapeResult output(Shape in) { return in; }
};

/// A formula that is too long for an Expression.
template <Expression F>
    requires(!F.fits())
struct Apply<F> {
    static constexpr Text name() { return "Apply"; }
    static constexpr ShapeResult output(Shape) {
        return layer_must(Must::have_a_formula_of_at_most_24_steps_and_6_constants, F.size, F.constants);
    }
};

}  // namespace tn
