// What layers that map every value by itself have in common.
#pragma once

#include "dsl/core/derivative.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// Base of a layer L with `static constexpr T value(T x)` and `static constexpr T slope(T x, T y)`, the derivative at x
/// where y = value(x). Any shape, unchanged; no parameters; may work in place.
template <class L> struct Pointwise {
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;

    static constexpr ShapeResult output(Shape in) { return in; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = L::value(p.x[i]);
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.dx[i] = p.dy[i] * L::slope(p.x ? p.x[i] : T(0), p.y ? p.y[i] : T(0));
    }
};

/// Base of a layer L that is the function F. The derivative is generated from the expression, and so is what backward
/// keeps: the value, the argument or neither.
template <class L, Expression F> struct PointwiseFunction : Pointwise<L> {
    static constexpr Reads reads{.x = slope_from<F> == SlopeFrom::x, .y = slope_from<F> == SlopeFrom::y};
    static constexpr Operation operation = pointwise(F);

    template <class T> static constexpr T value(T at) { return evaluate<F>(at); }
    template <class T> static constexpr T slope(T at, T y) { return tn::slope<F>(at, y); }
};

}  // namespace tn
