// Windows on one plane as rows: what pooling and depthwise convolution walk along.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "dsl/core/window.hpp"

namespace tn::cpu {

/// Calls f(tap, y, x, begin, end) for every row of outputs of a plane and every tap of the windows whose row lies in
/// the image: output column o, from `begin` to `end` - 1, which lies at y + o of the output plane, takes the value at
/// x + o stride_w of the input plane.
template <class F> void each_window_row(const Window& w, Shape in, Shape out, F f) {
    for (int row = 0; row < out.height; ++row)
        for (int i = 0; i < w.kernel_h; ++i) {
            const int in_row = row * w.stride_h + i * w.dilation_h - w.pad.top;
            if (in_row < 0 || in_row >= in.height) continue;
            for (int j = 0; j < w.kernel_w; ++j) {
                const int left = w.pad.left - j * w.dilation_w, stride = w.stride_w;  // padding left of the tap
                const int begin = left > 0 ? (left + stride - 1) / stride : 0, last = in.width - 1 + left,
                          end = last < 0 ? 0 : std::min(out.width, last / stride + 1);
                if (begin < end)
                    f(i * w.kernel_w + j, Index{row} * out.width, Index{in_row} * in.width - left, begin, end);
            }
        }
}

}  // namespace tn::cpu
