// Multiply: layers whose result scales their input.
#pragma once

#include "dsl/net/branches.hpp"

namespace tn {

/// y = x layers(x), value by value, where the layers give the input's shape; or one number for every channel, which
/// scales all of its values.
template <class... Layers> struct Multiply {};

/// Ends a Multiply: the product of what the layers give, the first branch, and their input.
struct MultiplyBranches {
    static constexpr Axis axis = Axis::channels;
    static constexpr Reads reads{.x = true, .y = false, .others = true};

    static constexpr Operation operation{.kind = Operation::multiply};
    static constexpr Text name() { return "Multiply"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr ShapeResult combine(const Shape* branch, int) {
        const bool by_channel =
            branch[0].channels == branch[1].channels && branch[0].height == 1 && branch[0].width == 1;
        if (branch[0] != branch[1] && !by_channel)
            return layer_must(Must::give_the_shape_of_the_input_or_one_value_for_each_channel, branch[1].channels);
        return branch[1];
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        each(p, [&](int i, int factor) { p.y[i] = p.xs[0][factor] * p.xs[1][i]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (p.dxs[1]) each(p, [&](int i, int factor) { p.dxs[1][i] = p.dy[i] * p.xs[0][factor]; });
        if (!p.dxs[0]) return;
        each(p, [&](int, int factor) { p.dxs[0][factor] = 0; });
        each(p, [&](int i, int factor) { p.dxs[0][factor] += p.dy[i] * p.xs[1][i]; });
    }

private:
    /// Calls f(i, factor) for the place of every value of the input in the channels of the range, and of its factor.
    template <class T, class F> static constexpr void each(const Pass<T>& p, F f) {
        const int plane = static_cast<int>(p.out.plane()), factors = static_cast<int>(p.in.plane());
        for (int n = 0; n < p.n; ++n)
            for (int c = p.begin; c < p.end; ++c) {
                const int channel = n * p.out.channels + c;
                for (int k = 0; k < plane; ++k) f(channel * plane + k, channel * factors + (factors > 1 ? k : 0));
            }
    }
};

}  // namespace tn
