// The colour of a pixel of a finished chart.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/report/canvas.hpp"

namespace tn_test {

inline tn::Color pixel(const tn::Picture& p, int x, int y) {
    const tn::Index plane = tn::Index{p.shape.height} * p.shape.width;
    const tn::Index at = tn::Index{y} * p.shape.width + x;
    return {p.pixels.at(at), p.pixels.at(plane + at), p.pixels.at(2 * plane + at)};
}

/// How many pixels of a column have this colour.
inline int in_column(const tn::Picture& p, int x, int top, int bottom, tn::Color color) {
    int count = 0;
    for (int y = top; y < bottom; ++y) count += pixel(p, x, y) == color;
    return count;
}

}  // namespace tn_test
