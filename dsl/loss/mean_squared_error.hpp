// Mean squared error on the outputs as they are, for regression.
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/loss/elementwise.hpp"

namespace tn {

/// loss = 1/(2 outputs) sum (x - t)^2 of a sample; dx = (x - t) / (outputs n). Any shape.
struct MeanSquaredError : ElementwiseLoss<MeanSquaredError> {
    static constexpr Operation operation{.kind = Operation::identity};  // of predict()

    static constexpr Text name() { return "MeanSquaredError"; }

    template <class T> static constexpr LossTerm<T> term(const LossPass<T>&, T x, T target, int) {
        const T error = x - target;
        return {T(0.5) * error * error, error, false};
    }
};

}  // namespace tn
