// Residual: layers with a way around them.
#pragma once

#include "dsl/net/branches.hpp"

namespace tn {

/// The second way around the layers of a Residual, when these change the shape: Residual<..., Shortcut<Conv<64, 1>>>.
template <class... Layers> struct Shortcut {};

/// y = x + layers(x), or y = shortcut(x) + layers(x): He and others, "Deep residual learning", 2016.
template <class... Layers> struct Residual {};

/// Ends a Residual: the sum of the two ways, which must have the same shape.
struct AddBranches {
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{.kind = Operation::add};
    static constexpr Text name() { return "Residual"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr ShapeResult combine(const Shape* branch, int) {
        if (branch[0] != branch[1])
            return layer_must(Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives, branch[0], branch[1]);
        return branch[0];
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.xs[0][i] + p.xs[1][i];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int k = 0; k < 2; ++k)
            for (int i = p.begin; p.dxs[k] && i < p.end; ++i) p.dxs[k][i] = p.dy[i];
    }
};

}  // namespace tn
