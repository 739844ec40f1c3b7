// The columns of convolutions on the CPU.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/window.hpp"

namespace tn::cpu {

/// Calls f(column, x) for every value of the columns [channel][tap][position] of an image, whose window stands in the
/// positions of `positions`: where it lies in the image, or -1 outside.
template <class F> void each_column_value(const Window& w, Shape image, Shape positions, F f) {
    Index at = 0;
    for (int c = 0; c < image.channels; ++c)
        for (int i = 0; i < w.kernel_h; ++i)
            for (int j = 0; j < w.kernel_w; ++j)
                for (int row = 0; row < positions.height; ++row)
                    for (int column = 0; column < positions.width; ++column, ++at) {
                        const int y = row * w.stride_h + i * w.dilation_h - w.pad.top,
                                  x = column * w.stride_w + j * w.dilation_w - w.pad.left;
                        const bool inside = y >= 0 && y < image.height && x >= 0 && x < image.width;
                        f(at, inside ? (Index{c} * image.height + y) * image.width + x : -1);
                    }
}

/// The columns of a sample: in `room`, or the sample itself where every value is a column's.
inline const float* columns_of(const Window& w, Shape image, Shape positions, const float* sample, float* room) {
    if (w.is_pixel()) return sample;
    each_column_value(w, image, positions, [&](Index at, Index i) { room[at] = i < 0 ? 0 : sample[i]; });
    return room;
}

/// The sums of what `slices` parts of a batch gave, one behind another, in order.
inline void add_slices(float* to, const float* from, int slices, Index count) {
    for (Index i = 0; i < count; ++i) {
        float sum = 0;
        for (int slice = 0; slice < slices; ++slice) sum += from[slice * count + i];
        to[i] = sum;
    }
}

}  // namespace tn::cpu
