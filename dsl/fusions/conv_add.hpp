// The last convolution of a residual's branch with its normalisation, the addition and the function behind it, as in He
// and others, "Deep residual learning", 2016: the branch's result need not be stored beside the sum.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Convolution, batch normalisation, the addition of the other branch, and a function of one value if it follows. Where
/// the other branch is the input itself, this one is the first and ends before the addition.
struct ConvAdd {
    using pattern = Chain<One<Operation::convolution>, One<Operation::batch_norm>, Maybe<Operation::next_branch>,
                          One<Operation::add>, Maybe<&is_function>>;
    static constexpr bool in_place = false;

    /// The function behind the sum; of no kind where there is none.
    template <Operation... Operations> static constexpr Operation function() {
        Operation found;
        ((found = Operations.kind == Operation::pointwise ? Operations : found), ...);
        return found;
    }
    /// Whether it is differentiated from the sum, which must then be kept.
    template <Operation... Operations> static constexpr bool keeps_sum() {
        constexpr Operation f = function<Operations...>();
        return f.kind == Operation::pointwise && !is_relu(f) && !is_differentiated_from_value(f);
    }
    /// Whether nothing or ReLU follows the sum.
    template <Operation... Operations> static constexpr bool is_plain_sum() {
        constexpr Operation f = function<Operations...>();
        return f.kind == Operation::none || is_relu(f);
    }

    template <Operation... Operations> static constexpr Reads reads{.x = true, .y = !keeps_sum<Operations...>()};
};

/// y = max(y + other, 0), or the sum where no ReLU follows: the part of the kernel behind the branch, value by value.
template <bool Relu> struct AddBranch {
    static constexpr Axis axis = Axis::values;

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) {
            const T sum = p.y[i] + p.xs[1][i];
            p.y[i] = Relu && sum < 0 ? T(0) : sum;
        }
    }
    /// The gradient of the sum, to dxs[1].
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.dxs[1][i] = !Relu || p.y[i] > 0 ? p.dy[i] : T(0);
    }
};

/// The pass with a place for the gradient of the sum in dxs[1]: the other branch's gradient, or, where nobody wants
/// that, dy itself, which nobody reads afterwards.
template <class T> Pass<T> with_gradient_of_sum(Pass<T> p) {
    if (!p.dxs[1]) p.dxs[1] = const_cast<T*>(p.dy);
    return p;
}

/// The backward pass of the branch once the gradient of the sum is there.
template <class T> Pass<T> behind_sum(Pass<T> p) {
    p.dy = p.dxs[1];
    return p;
}

}  // namespace tn::fusions
