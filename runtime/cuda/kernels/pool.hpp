// Pooling: a thread for every output value, and backward one for every input value, which looks into the windows that
// hold it; so nothing is added from two sides.
#pragma once

#include "dsl/core/layer.hpp"
#include "runtime/cuda/execution.hpp"

namespace tn::cuda {

/// L::window, L::stride and L::best(x, corner, width), the place of the window's largest value.
template <class L> struct PoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const std::size_t plane = i / out.plane(), at = i % out.plane();
        const std::size_t row = at / static_cast<std::size_t>(out.width),
                          column = at % static_cast<std::size_t>(out.width);
        const auto width = static_cast<std::size_t>(in.width);
        y[i] = x[L::best(x, plane * in.plane() + (row * width + column) * L::stride, width)];
    }
};

template <class L> struct PoolBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const float> x, dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const std::size_t plane = i / in.plane(), at = i % in.plane();
        const int row = static_cast<int>(at) / in.width, column = static_cast<int>(at) % in.width;
        const auto width = static_cast<std::size_t>(in.width);
        float sum = 0;
        for (int oy = first(row); oy <= last(row, out.height); ++oy)
            for (int ox = first(column); ox <= last(column, out.width); ++ox) {
                const std::size_t corner =
                    plane * in.plane() + static_cast<std::size_t>(oy * in.width + ox) * L::stride;
                if (L::best(x, corner, width) == i)
                    sum += dy[plane * out.plane() + static_cast<std::size_t>(oy * out.width + ox)];
            }
        dx[i] = sum;
    }

private:
    /// The windows that reach a row, or column: from the first that ends behind it to the last that begins before it.
    TN_DEVICE static int first(int at) { return at < L::window ? 0 : (at - L::window) / L::stride + 1; }
    TN_DEVICE static int last(int at, int windows) { return at / L::stride < windows ? at / L::stride : windows - 1; }
};

}  // namespace tn::cuda
