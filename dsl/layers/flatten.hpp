// Flatten: reads an image as a vector.
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

/// Image<C, H, W> -> Vector<C H W>; a vector stays. Dense implies it, so it is rarely written.
struct Flatten : Pointwise<Flatten> {
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::flatten};

    static constexpr Text name() { return "Flatten"; }
    static constexpr ShapeResult output(Shape in) { return Shape{static_cast<int>(in.size()), 1, 1, true}; }
    template <class T> static constexpr T value(T x) { return x; }
    template <class T> static constexpr T slope(T, T) { return 1; }
};

}  // namespace tn
