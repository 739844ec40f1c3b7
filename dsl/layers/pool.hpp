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

    static constexpr Text name() { return Base::name_as("Pool"); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        each_largest(p, [&](Index y, Index best) { p.y[y] = p.x[best]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        Base::clear_dx(p);
        each_largest(p, [&](Index y, Index best) { p.dx[best] += p.dy[y]; });
    }

private:
    /// Calls f(y, best) with the positions of every output value and of the input value that it takes.
    template <class T, class F> static constexpr void each_largest(const Pass<T>& p, F f) {
        Base::each_window(p, [&](Index y, Index plane, int row, int column) {
            f(y, first_largest(p.x, plane, p.in, row, column, Base::window));
        });
    }
};

}  // namespace tn
