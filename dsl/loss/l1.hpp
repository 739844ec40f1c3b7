// L1: the mean absolute error on the outputs as they are, for regression that outliers do not draw away.
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/loss/elementwise.hpp"

namespace tn {

/// loss = 1/outputs sum |x - t| of a sample; dx = sign(x - t) / (outputs n), with sign(0) = 0, as PyTorch's L1Loss. Any
/// shape.
struct L1 : ElementwiseLoss<L1> {
    static constexpr Operation operation{.kind = Operation::identity};  // of predict()

    static constexpr Text name() { return "L1"; }

    template <class T> static constexpr LossTerm<T> term(const LossPass<T>&, T x, T target, int) {
        const T error = x - target;
        return {error < 0 ? -error : error, error > 0 ? T(1) : error < 0 ? T(-1) : T(0), false};
    }
};

}  // namespace tn
