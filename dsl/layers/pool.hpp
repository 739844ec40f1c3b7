// Pool: the largest value of every window.
#pragma once

#include "dsl/layers/pooling.hpp"

namespace tn {

/// y = the largest value of the window; what is padded has none. Image<C, H, W> -> Image<C, H', W'> with
/// H' = (H + Top + Bottom - KH) / SH + 1, rounded down, and W' likewise. Of equal values in a window the first, row by
/// row, gets the gradient.
template <auto KernelArgument, class... Options> struct Pool : Pooling<KernelArgument, Options...> {
    using Base = Pooling<KernelArgument, Options...>;
    static constexpr Operation operation{.kind = Operation::max_pool, .window = Base::window};
    // Backward needs none of the values, only which of a window's was taken.
    static constexpr Reads reads{.x = false};
    static constexpr bool saves_for_inference = false;

    static constexpr Text name() { return Base::name_as("Pool"); }

    /// Of every output value the tap that it was taken from. Kernels keep it in a byte.
    static constexpr std::size_t saved(Shape in, int batch) {
        return Index{batch} * in.channels * Base::window.positions(in);
    }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        Base::each_window(p, [&](Index y, Index plane, int row, int column) {
            const Largest largest = first_largest(p.x, plane, p.in, row, column, Base::window);
            p.y[y] = p.x[largest.at];
            if (p.saved) p.saved[y] = static_cast<T>(largest.tap);
        });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        Base::clear_dx(p);
        Base::each_window(p, [&](Index y, Index plane, int row, int column) {
            const int tap = static_cast<int>(p.saved[y]);
            p.dx[position_of_tap(Base::window, plane, p.in, row, column, tap)] += p.dy[y];
        });
    }
};

}  // namespace tn
