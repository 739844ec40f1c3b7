// How a window moves over an image; with the shapes before and after it, all that a convolution's kernel needs.
#pragma once

namespace tn {

struct ConvWindow {
    int kernel_h, kernel_w, stride, pad_h, pad_w;
    bool operator==(const ConvWindow&) const = default;
};

/// In how many places along one extent a window of this size stands.
constexpr int window_places(int extent, int window, int stride, int pad = 0) {
    return (extent + 2 * pad - window) / stride + 1;
}

}  // namespace tn
