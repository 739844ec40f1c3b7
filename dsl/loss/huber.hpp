// Huber: squared error near the target and absolute error away from it: Huber, "Robust estimation of a location
// parameter", 1964.
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/loss/elementwise.hpp"

namespace tn {

/// With d = Numerator / Denominator, Huber<> is of 1 and Huber<1, 10> of 0.1: the mean over a sample's outputs of
/// (x - t)^2 / 2 where |x - t| <= d and of d (|x - t| - d / 2) elsewhere; dx is x - t, limited to -d .. d, over
/// (outputs n). As PyTorch's HuberLoss(delta=d). Any shape.
template <int Numerator = 1, int Denominator = 1> struct Huber : ElementwiseLoss<Huber<Numerator, Denominator>> {
    static constexpr Operation operation{.kind = Operation::identity};  // of predict()

    static constexpr Text name() {
        Text t;
        t << "Huber<" << Numerator;
        if (Denominator != 1) t << ", " << Denominator;
        return t << ">";
    }

    static constexpr ShapeResult check(Shape in) {
        if (Numerator < 1 || Denominator < 1) return layer_must(Must::have_a_delta_over_0, Numerator, Denominator);
        return in;
    }

    template <class T> static constexpr LossTerm<T> term(const LossPass<T>&, T x, T target, int) {
        constexpr T delta = T(Numerator) / T(Denominator);
        const T error = x - target, size = error < 0 ? -error : error;
        if (size <= delta) return {T(0.5) * error * error, error, false};
        return {delta * (size - delta / 2), error < 0 ? -delta : delta, false};
    }
};

}  // namespace tn
