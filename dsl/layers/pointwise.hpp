// What layers that map every value by itself have in common: they give value(x) and slope(x, y), and this does the
// rest.
#pragma once

#include "dsl/core/layer.hpp"

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

}  // namespace tn
