// Mean squared error on the outputs as they are, for regression.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// loss = 1/(2 outputs) sum (x - t)^2 of a sample; dx = (x - t) / (outputs n).
struct MeanSquaredError {
    static constexpr Target target = Target::values;
    static constexpr Operation operation{.kind = Operation::identity};  // of predict()

    static constexpr Text name() { return "MeanSquaredError"; }
    static constexpr ShapeResult check(Shape in) {
        if (!in.is_vector) return input_must(Must::end_in_a_vector);
        return in;
    }

    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        const Index outputs = p.outputs;
        for (int n = p.begin; n < p.end; ++n) {
            T sum = 0;
            for (Index i = n * outputs; i < (n + 1) * outputs; ++i) {
                const T error = p.x[i] - p.target[i];
                sum += error * error;
                if (p.dx) p.dx[i] = error / static_cast<T>(p.outputs * p.n);
            }
            p.loss[n] = sum / static_cast<T>(2 * p.outputs);
            p.correct[n] = 0;
        }
    }

    /// The outputs as they are.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int) {
        for (int i = 0; i < n * outputs; ++i) y[i] = x[i];
    }
};

}  // namespace tn
