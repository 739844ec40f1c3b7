// How a window moves over an image; with the shapes before and after it, all that a convolution's or a pool's kernel
// needs.
#pragma once

#include "dsl/core/errors.hpp"
#include "dsl/core/index.hpp"

namespace tn {

/// Rows and columns of padding around an image.
struct Padding {
    int top = 0, left = 0, bottom = 0, right = 0;
    constexpr bool operator==(const Padding&) const = default;
};

/// Rows and columns of the window, the steps between two positions, the padding, and how many rows and columns apart
/// its taps are.
struct Window {
    int kernel_h = 0, kernel_w = 0, stride_h = 1, stride_w = 1;
    Padding pad{};
    int dilation_h = 1, dilation_w = 1;

    constexpr bool operator==(const Window&) const = default;

    constexpr int taps() const { return kernel_h * kernel_w; }
    /// Rows and columns from its first tap to its last.
    constexpr int reach_h() const { return dilation_h * (kernel_h - 1) + 1; }
    constexpr int reach_w() const { return dilation_w * (kernel_w - 1) + 1; }

    /// In how many positions it stands along an extent.
    constexpr int rows(int height) const { return (height + pad.top + pad.bottom - reach_h()) / stride_h + 1; }
    constexpr int columns(int width) const { return (width + pad.left + pad.right - reach_w()) / stride_w + 1; }
    constexpr Index positions(Shape in) const { return Index{rows(in.height)} * columns(in.width); }

    /// One step for rows and columns, one padding for all four sides, and no gaps between the taps.
    constexpr bool is_uniform() const {
        return stride_h == stride_w && pad == Padding{pad.top, pad.top, pad.top, pad.top} && dilation_h == 1 &&
               dilation_w == 1;
    }
    /// Its rows and columns are as many, besides.
    constexpr bool is_square() const { return is_uniform() && kernel_h == kernel_w; }
    /// Every value by itself: the positions are the image's pixels.
    constexpr bool is_pixel() const {
        return kernel_h == 1 && kernel_w == 1 && is_uniform() && stride_h == 1 && pad.top == 0;
    }
};

/// The shape rule of all layers with a window: from `in` to `channels` images of its positions.
constexpr ShapeResult window_rule(const Window& w, Shape in, int channels) {
    const int strides = w.stride_h < w.stride_w ? w.stride_h : w.stride_w;
    if (strides < 1) return layer_must(Must::have_a_stride_of_at_least_1, strides);
    const int dilations = w.dilation_h < w.dilation_w ? w.dilation_h : w.dilation_w;
    if (dilations < 1) return layer_must(Must::have_a_dilation_of_at_least_1, dilations);
    const auto fits = [](int pad, int reach) { return pad >= 0 && pad < reach; };
    for (const int pad : {w.pad.top, w.pad.bottom, w.pad.left, w.pad.right}) {
        const bool of_rows = pad == w.pad.top || pad == w.pad.bottom,
                   of_columns = pad == w.pad.left || pad == w.pad.right;
        if ((of_rows && !fits(pad, w.reach_h())) || (of_columns && !fits(pad, w.reach_w())))
            return layer_must(Must::have_a_pad_from_0_to_kernel_minus_1,
                              (w.reach_h() < w.reach_w() ? w.reach_h() : w.reach_w()) - 1, pad);
    }
    if (in.is_vector) return input_must(Must::be_an_image);
    const int height = w.reach_h() - w.pad.top - w.pad.bottom, width = w.reach_w() - w.pad.left - w.pad.right;
    if (in.height < height || in.width < width) return input_must(Must::be_at_least_high_and_wide, height, width);
    return Shape{channels, w.rows(in.height), w.columns(in.width), false};
}

/// Calls f(y, x, tap) for every tap of the window at position (row, column) that lies in the image, row by row: where
/// in the image, and which tap of the kernel.
template <class F> constexpr void each_tap(const Window& w, Shape in, int row, int column, F f) {
    for (int i = 0; i < w.kernel_h; ++i) {
        const int y = row * w.stride_h + i * w.dilation_h - w.pad.top;
        if (y < 0 || y >= in.height) continue;
        for (int j = 0; j < w.kernel_w; ++j) {
            const int x = column * w.stride_w + j * w.dilation_w - w.pad.left;
            if (x >= 0 && x < in.width) f(y, x, i * w.kernel_w + j);
        }
    }
}

/// Calls f(row, column, tap) for every position, of those that give `out`, of which a tap stands on the pixel (y, x):
/// rows and columns in ascending order.
template <class F> constexpr void each_position(const Window& w, Shape out, int y, int x, F f) {
    for (int i = w.kernel_h - 1; i >= 0; --i) {
        const int top = y + w.pad.top - i * w.dilation_h, row = top / w.stride_h;
        if (top < 0 || row * w.stride_h != top || row >= out.height) continue;
        for (int j = w.kernel_w - 1; j >= 0; --j) {
            const int left = x + w.pad.left - j * w.dilation_w, column = left / w.stride_w;
            if (left >= 0 && column * w.stride_w == left && column < out.width) f(row, column, i * w.kernel_w + j);
        }
    }
}

/// The largest value of a window: where it lies, and which tap of the kernel that is.
struct Largest {
    Index at = -1;
    int tap = 0;
};

/// Of the window that stands at (row, column) on the plane that begins at `plane`: row by row the first of equals. x is
/// indexed by positions.
template <class X>
constexpr Largest first_largest(const X& x, Index plane, Shape in, int row, int column, const Window& w) {
    Largest found;
    each_tap(w, in, row, column, [&](int y, int at_x, int tap) {
        const Index at = plane + Index{y} * in.width + at_x;
        if (found.at < 0 || x[at] > x[found.at]) found = {at, tap};
    });
    return found;
}

/// Where a tap of the window at (row, column) lies on the plane that begins at `plane`, if it lies in the image.
constexpr Index position_of_tap(const Window& w, Index plane, Shape in, int row, int column, int tap) {
    const int y = row * w.stride_h + tap / w.kernel_w * w.dilation_h - w.pad.top;
    const int x = column * w.stride_w + tap % w.kernel_w * w.dilation_w - w.pad.left;
    return plane + Index{y} * in.width + x;
}

}  // namespace tn
