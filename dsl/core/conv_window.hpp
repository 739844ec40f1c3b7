// How a convolution's window moves over an image; with the shapes before and after it, all that a kernel needs.
#pragma once

namespace tn {

struct ConvWindow {
    int kernel_h, kernel_w, stride, pad_h, pad_w;
    bool operator==(const ConvWindow&) const = default;
};

}  // namespace tn
