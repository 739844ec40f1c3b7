// How a window moves over an image; with the shapes before and after it, all that a convolution's or a pool's kernel
// needs.
#pragma once

#include "dsl/core/index.hpp"

namespace tn {

/// Rows and columns of the window, the step between two places, and the rows and columns of padding on every side.
struct Window {
    int kernel_h = 0, kernel_w = 0, stride = 1, pad_h = 0, pad_w = 0;
    constexpr bool operator==(const Window&) const = default;
};

/// In how many places along one extent a window of this size stands.
constexpr int window_places(int extent, int window, int stride, int pad = 0) {
    return (extent + 2 * pad - window) / stride + 1;
}

/// The first and the last of `windows` places along one extent whose window holds the index `at`; none where the last
/// is before the first.
constexpr int first_window(int at, int window, int stride) { return at < window ? 0 : (at - window) / stride + 1; }
constexpr int last_window(int at, int stride, int windows) { return at / stride < windows ? at / stride : windows - 1; }

/// The place of the largest value of the window at `corner` of rows `width` apart, row by row the first of equals; x is
/// indexed by places.
template <class X> constexpr Index first_largest(const X& x, Index corner, Index width, const Window& window) {
    Index found = corner;
    for (int i = 0; i < window.kernel_h; ++i)
        for (int j = 0; j < window.kernel_w; ++j) {
            const Index at = corner + i * width + j;
            if (x[at] > x[found]) found = at;
        }
    return found;
}

}  // namespace tn
