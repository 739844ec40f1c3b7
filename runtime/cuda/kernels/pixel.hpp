// Which pixel of which plane a thread is for.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/shape.hpp"
#include "runtime/cuda/execution.hpp"

namespace tn::cuda {

/// Of images of one shape, one behind another: the plane's number, counted through all samples, and the pixel in it.
struct Pixel {
    Index plane;
    int row, column;

    TN_HOST_DEVICE Pixel(Index i, const Shape& shape) : plane(i / shape.plane()) {
        const int at = static_cast<int>(i % shape.plane());
        row = at / shape.width;
        column = at % shape.width;
    }
};

}  // namespace tn::cuda
