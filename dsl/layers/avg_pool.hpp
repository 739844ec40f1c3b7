// AvgPool: the mean of every window.
#pragma once

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
        for (std::size_t i = p.out.size() * static_cast<std::size_t>(p.begin);
             i < p.out.size() * static_cast<std::size_t>(p.end); ++i)
            p.y[i] = 0;
        each_value(p, [&](std::size_t y, std::size_t x) { p.y[y] += p.x[x] / T(Side * Side); });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (std::size_t i = p.in.size() * static_cast<std::size_t>(p.begin);
             i < p.in.size() * static_cast<std::size_t>(p.end); ++i)
            p.dx[i] = 0;
        each_value(p, [&](std::size_t y, std::size_t x) { p.dx[x] += p.dy[y] / T(Side * Side); });
    }

private:
    /// Calls f(y, x) with the place of every output value and of every input value in its window.
    template <class T, class F> static constexpr void each_value(const Pass<T>& p, F f) {
        const auto width = static_cast<std::size_t>(p.in.width);
        std::size_t y = static_cast<std::size_t>(p.begin) * p.out.size();
        const std::size_t planes = static_cast<std::size_t>(p.end - p.begin) * static_cast<std::size_t>(p.in.channels);
        std::size_t plane = static_cast<std::size_t>(p.begin) * p.in.size();
        for (std::size_t k = 0; k < planes; ++k, plane += p.in.plane())
            for (int oy = 0; oy < p.out.height; ++oy)
                for (int ox = 0; ox < p.out.width; ++ox, ++y)
                    for (int i = 0; i < Side; ++i)
                        for (int j = 0; j < Side; ++j)
                            f(y, plane + static_cast<std::size_t>(oy * stride + i) * width +
                                     static_cast<std::size_t>(ox * stride + j));
    }
};

}  // namespace tn
