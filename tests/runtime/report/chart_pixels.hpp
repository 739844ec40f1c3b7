// The colour of a pixel of a finished chart.
#pragma once

#include "runtime/report/canvas.hpp"

namespace tn_test {

inline tn::Color pixel(const tn::Picture& p, int x, int y) {
    const std::size_t plane = static_cast<std::size_t>(p.shape.height) * static_cast<std::size_t>(p.shape.width);
    const std::size_t at =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(p.shape.width) + static_cast<std::size_t>(x);
    return {p.pixels.at(at), p.pixels.at(plane + at), p.pixels.at(2 * plane + at)};
}

/// How many pixels of a column have this colour.
inline int in_column(const tn::Picture& p, int x, int top, int bottom, tn::Color color) {
    int count = 0;
    for (int y = top; y < bottom; ++y) count += pixel(p, x, y) == color;
    return count;
}

}  // namespace tn_test
