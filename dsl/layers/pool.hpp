// Pool: the largest value of every window.
#pragma once

#include "dsl/core/conv_window.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"

namespace tn {

/// Pool<W> takes windows of W x W that do not overlap, Pool<W, Stride<S>> one every S pixels; a rest at the right and
/// lower edge that fills no window is left out. Image<C, H, W'> -> Image<C, (H - W) / S + 1, (W' - W) / S + 1>.
/// Of equal values in a window the first, row by row, gets the gradient.
template <int Window, class... Options> struct Pool {
    static constexpr int window = Window;
    static constexpr int stride = options::find<options::is_stride, Stride<Window>, Options...>::type::value;
    static constexpr Role role = Role::pool;
    static constexpr Axis axis = Axis::samples;
    static constexpr Operation operation{Operation::max_pool, {Window, Window, stride, 0, 0}};

    static constexpr Text name() {
        Text t;
        t << "Pool<" << Window;
        if (stride != Window) t << ", Stride<" << stride << ">";
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_stride>::template check<Options...>(); !known.ok())
            return known;
        if (Window < 1) return layer_must(Must::have_a_window_of_at_least_1, Window);
        if (stride < 1) return layer_must(Must::have_a_stride_of_at_least_1, stride);
        if (in.is_vector) return input_must(Must::be_an_image);
        if (in.height < Window || in.width < Window) return input_must(Must::be_at_least_high_and_wide, Window, Window);
        return Shape{in.channels, window_places(in.height, Window, stride), window_places(in.width, Window, stride),
                     false};
    }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        each_window(p, [&](std::size_t y, std::size_t best) { p.y[y] = p.x[best]; });
    }

    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (std::size_t i = p.in.size() * static_cast<std::size_t>(p.begin);
             i < p.in.size() * static_cast<std::size_t>(p.end); ++i)
            p.dx[i] = 0;
        each_window(p, [&](std::size_t y, std::size_t best) { p.dx[best] += p.dy[y]; });
    }

    /// The place of the largest value of the window at `corner`, row by row the first; x is indexed by places.
    template <class X> static constexpr std::size_t best(const X& x, std::size_t corner, std::size_t width) {
        std::size_t found = corner;
        for (int i = 0; i < Window; ++i)
            for (int j = 0; j < Window; ++j) {
                const std::size_t at = corner + static_cast<std::size_t>(i) * width + static_cast<std::size_t>(j);
                if (x[at] > x[found]) found = at;
            }
        return found;
    }

    /// A device with a kernel for it runs that; the others run the mathematics above.
    template <Shape In, class Device>
    requires requires(Device& b, const Pass<float>& p) { b.template pool_forward<Pool>(p); }
    static void forward_on(Device& device, const Pass<float>& p) { device.template pool_forward<Pool>(p); }
    template <Shape In, class Device>
    requires requires(Device& b, const Pass<float>& p) { b.template pool_backward<Pool>(p); }
    static void backward_on(Device& device, const Pass<float>& p) { device.template pool_backward<Pool>(p); }

private:
    /// Calls f(y, best) with the place of every output value and of the input value that it takes.
    template <class T, class F> static constexpr void each_window(const Pass<T>& p, F f) {
        const auto width = static_cast<std::size_t>(p.in.width);
        for (int n = p.begin; n < p.end; ++n)
            for (int c = 0; c < p.in.channels; ++c) {
                const std::size_t plane =
                    static_cast<std::size_t>(n) * p.in.size() + static_cast<std::size_t>(c) * p.in.plane();
                std::size_t y =
                    static_cast<std::size_t>(n) * p.out.size() + static_cast<std::size_t>(c) * p.out.plane();
                for (int oy = 0; oy < p.out.height; ++oy)
                    for (int ox = 0; ox < p.out.width; ++ox, ++y) {
                        const std::size_t corner = plane + static_cast<std::size_t>(oy * stride) * width +
                                                   static_cast<std::size_t>(ox * stride);
                        f(y, best(p.x, corner, width));
                    }
            }
    }
};

}  // namespace tn
