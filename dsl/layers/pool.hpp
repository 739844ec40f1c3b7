// Pool: the largest value of every window.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"

namespace tn {

/// Pool<W> takes windows of W x W that do not overlap, Pool<W, Stride<S>> one every S pixels; a rest at the right and
/// lower edge that fills no window is left out. Image<C, H, W'> -> Image<C, (H - W) / S + 1, (W' - W) / S + 1>.
/// Of equal values in a window the first, row by row, gets the gradient.
template <int Side, class... Options> struct Pool {
    static constexpr int stride = options::find<options::is_stride, Stride<Side>, Options...>::type::value;
    static constexpr Axis axis = Axis::samples;
    static constexpr Operation operation{.kind = Operation::max_pool, .window = {Side, Side, stride}};

    static constexpr Text name() {
        Text t;
        t << "Pool<" << Side;
        if (stride != Side) t << ", Stride<" << stride << ">";
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_stride>::template check<Options...>(); !known.ok())
            return known;
        if (Side < 1) return layer_must(Must::have_a_window_of_at_least_1, Side);
        if (stride < 1) return layer_must(Must::have_a_stride_of_at_least_1, stride);
        if (in.is_vector) return input_must(Must::be_an_image);
        if (in.height < Side || in.width < Side) return input_must(Must::be_at_least_high_and_wide, Side, Side);
        return Shape{in.channels, window_places(in.height, Side, stride), window_places(in.width, Side, stride), false};
    }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        each_window(p, [&](Index y, Index best) { p.y[y] = p.x[best]; });
    }

    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (Index i = p.in.size() * p.begin; i < p.in.size() * p.end; ++i) p.dx[i] = 0;
        each_window(p, [&](Index y, Index best) { p.dx[best] += p.dy[y]; });
    }

private:
    /// Calls f(y, best) with the place of every output value and of the input value that it takes.
    template <class T, class F> static constexpr void each_window(const Pass<T>& p, F f) {
        const Index width = p.in.width;
        for (int n = p.begin; n < p.end; ++n)
            for (int c = 0; c < p.in.channels; ++c) {
                const Index plane = n * p.in.size() + c * p.in.plane();
                Index y = n * p.out.size() + c * p.out.plane();
                for (int oy = 0; oy < p.out.height; ++oy)
                    for (int ox = 0; ox < p.out.width; ++ox, ++y) {
                        const Index corner = plane + oy * stride * width + ox * stride;
                        f(y, first_largest(p.x, corner, width, operation.window));
                    }
            }
    }
};

}  // namespace tn
