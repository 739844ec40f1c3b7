// AvgPool: the mean of every window.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"

namespace tn {

/// `AvgPool<W>` takes windows of W x W that do not overlap, `AvgPool<W, Stride<S>>` one every S pixels; a rest at the
/// right and lower edge that fills no window is left out. `Image<C, H, W'>` -> `Image<C, (H - W) / S + 1, (W' - W) / S
/// + 1>`. y = the mean of the window's values; each of them gets dy / W^2 from every window that holds it.
template <int Side, class... Options> struct AvgPool {
    static constexpr int stride = options::find<options::is_stride, Stride<Side>, Options...>::type::value;
    static constexpr Axis axis = Axis::samples;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::average_pool, .window = {Side, Side, stride}};

    static constexpr Text name() {
        Text t;
        t << "AvgPool<" << Side;
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
        for (Index i = p.out.size() * p.begin; i < p.out.size() * p.end; ++i) p.y[i] = 0;
        each_value(p, [&](Index y, Index x) { p.y[y] += p.x[x] / T(Side * Side); });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (Index i = p.in.size() * p.begin; i < p.in.size() * p.end; ++i) p.dx[i] = 0;
        each_value(p, [&](Index y, Index x) { p.dx[x] += p.dy[y] / T(Side * Side); });
    }

private:
    /// Calls f(y, x) with the place of every output value and of every input value in its window.
    template <class T, class F> static constexpr void each_value(const Pass<T>& p, F f) {
        const Index width = p.in.width;
        Index y = p.begin * p.out.size();
        const Index planes = Index{p.end - p.begin} * p.in.channels;
        Index plane = p.begin * p.in.size();
        for (Index k = 0; k < planes; ++k, plane += p.in.plane())
            for (int oy = 0; oy < p.out.height; ++oy)
                for (int ox = 0; ox < p.out.width; ++ox, ++y)
                    for (int i = 0; i < Side; ++i)
                        for (int j = 0; j < Side; ++j) f(y, plane + (oy * stride + i) * width + ox * stride + j);
    }
};

}  // namespace tn
