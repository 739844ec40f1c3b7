// AvgPool: the mean of every window.
#pragma once

#include "dsl/layers/pooling.hpp"

namespace tn {

/// y = the mean of the window's values, where what is padded counts as zeros (PyTorch's count_include_pad); each value
/// gets dy / (KH KW) from every window that holds it. Image<C, H, W> -> Image<C, H', W'> with H' = (H + Top +
/// Bottom - KH) / SH + 1, rounded down, and W' likewise.
template <auto KernelArgument, class... Options> struct AvgPool : Pooling<KernelArgument, Options...> {
    using Base = Pooling<KernelArgument, Options...>;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::average_pool, .window = Base::window};

    static constexpr Text name() { return Base::name_as("AvgPool"); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        Base::each_window(p, [&](Index y, Index plane, int row, int column) {
            T sum = 0;
            each_tap(Base::window, p.in, row, column,
                     [&](int at_y, int at_x, int) { sum += p.x[plane + Index{at_y} * p.in.width + at_x] / values; });
            p.y[y] = sum;
        });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        Base::clear_dx(p);
        Base::each_window(p, [&](Index y, Index plane, int row, int column) {
            each_tap(Base::window, p.in, row, column, [&](int at_y, int at_x, int) {
                p.dx[plane + Index{at_y} * p.in.width + at_x] += p.dy[y] / values;
            });
        });
    }

private:
    static constexpr int values = Base::kernel.height * Base::kernel.width;
};

}  // namespace tn
