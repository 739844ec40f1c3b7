// ReLU with the dropout that follows it: one pass over the values.
#pragma once

#include "dsl/core/derivative.hpp"
#include "dsl/core/dropout_mask.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

struct ReluDropout {
    using pattern = Chain<One<&is_relu>, One<Operation::dropout>>;
    template <Operation...> static constexpr Reads reads{.x = false, .y = true};
    static constexpr bool in_place = true;
};

/// The mathematics of the pair, value by value; `Relu` and `Dropout` are their operations.
/// y = scale max(x, 0) where dropout keeps the value and 0 where it drops it. Backward needs no random numbers: y is
/// above 0 exactly where x is and the value was kept.
template <Operation Relu, Operation Dropout> struct ReluDropoutValues {
    static constexpr Axis axis = Axis::values;

    template <class T> static constexpr void forward(const Pass<T>& p) {
        using Mask = DropoutMask<Dropout.percent>;
        // Dropout is the second member: its random numbers are those of the layer behind this one's first.
        if (Mask::drops(p))
            Mask::each(p, p.random.layer + 1, [&](int i, bool kept) {
                p.y[i] = kept ? evaluate<Relu.function>(p.x[i]) * Mask::template scale<T> : T(0);
            });
        else
            for (int i = p.begin; i < p.end; ++i) p.y[i] = evaluate<Relu.function>(p.x[i]);
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        using Mask = DropoutMask<Dropout.percent>;
        for (int i = p.begin; i < p.end; ++i) p.dx[i] = p.dy[i] * Mask::template scale<T> * (p.y[i] > 0 ? T(1) : T(0));
    }
};

}  // namespace tn::fusions
