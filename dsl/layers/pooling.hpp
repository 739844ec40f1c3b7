// What layers that pool have in common: their options, name and shape rule.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"

namespace tn {

/// Base of `Pool` and `AvgPool`. `Name<W>` takes windows of W x W that do not overlap, `Name<Kernel<H, W>>` of H x W;
/// `Stride<S>` or `Stride<SH, SW>`: one every so many rows and columns; `Pad<...>` less than a window on each side. A
/// rest at the right and lower edge that fills no window is left out. The channels stay.
template <auto KernelArgument, class... Options> struct Pooling {
    static constexpr KernelSize kernel = kernel_size(KernelArgument);
    using stride = typename options::find<options::is_stride, Stride<kernel.height, kernel.width>, Options...>::type;
    static constexpr Window window{kernel.height, kernel.width, stride::rows, stride::columns,
                                   options::find<options::is_pad, Pad<0>, Options...>::type::padding};
    static constexpr Axis axis = Axis::samples;

    static constexpr Text name_as(const char* name) {
        Text t;
        t << name << "<";
        write_kernel(t, kernel);
        options::write_window<Options...>(t);
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_stride, options::is_pad>::template check<Options...>();
            !known.ok())
            return known;
        if (!is_kernel(KernelArgument)) return layer_must(Must::have_a_kernel_of_whole_numbers);
        const int side = kernel.height < kernel.width ? kernel.height : kernel.width;
        if (side < 1) return layer_must(Must::have_a_window_of_at_least_1, side);
        return window_rule(window, in, in.channels);
    }

protected:
    /// Calls f(y, plane, row, column) for every output value of the samples of the range: where it lies, where the
    /// input plane of its window begins, and the window's position there.
    template <class T, class F> static constexpr void each_window(const Pass<T>& p, F f) {
        Index y = p.begin * p.out.size(), plane = p.begin * p.in.size();
        for (Index k = 0; k < Index{p.end - p.begin} * p.in.channels; ++k, plane += p.in.plane())
            for (int row = 0; row < p.out.height; ++row)
                for (int column = 0; column < p.out.width; ++column, ++y) f(y, plane, row, column);
    }
    template <class T> static constexpr void clear_dx(const Pass<T>& p) {
        for (Index i = p.in.size() * p.begin; i < p.in.size() * p.end; ++i) p.dx[i] = 0;
    }
};

}  // namespace tn
