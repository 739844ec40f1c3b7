// Relu with the Dropout that follows it as one layer that passes over the values once: what fusion makes of them.
#pragma once

#include "dsl/layers/dropout.hpp"
#include "dsl/layers/relu.hpp"

namespace tn {

/// y = scale max(x, 0) where Dropout keeps the value and 0 where it drops it. Backward needs no random numbers: y is
/// above 0 exactly where x is and the value was kept.
template <class ReluLayer, class DropoutLayer> struct ReluDropout {
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = true};

    static constexpr Text name() { return Text{} << ReluLayer::name() << " + " << DropoutLayer::name(); }
    static constexpr ShapeResult output(Shape in) { return DropoutLayer::output(in); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        // Dropout is the second member: its random numbers are those of the layer after this one's first.
        if (DropoutLayer::drops(p))
            DropoutLayer::each(p, p.random.layer + 1, [&](int i, bool kept) {
                p.y[i] = kept ? ReluLayer::value(p.x[i]) * DropoutLayer::template scale<T> : T(0);
            });
        else
            ReluLayer::forward(p);
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i)
            p.dx[i] = p.dy[i] * DropoutLayer::template scale<T> * ReluLayer::slope(T(0), p.y[i]);
    }
};

}  // namespace tn
