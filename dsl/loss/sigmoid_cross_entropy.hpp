// Sigmoid and cross entropy, for yes-or-no outputs that do not exclude each other.
#pragma once

#include "dsl/core/functions.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// loss = mean over outputs of max(x, 0) - x t + log(1 + exp(-|x|)), targets t from 0 to 1;
/// dx = (sigmoid(x) - t) / (outputs n). A sample is right when every output is on its target's side of one half.
struct SigmoidCrossEntropy {
    static constexpr Target target = Target::values;
    static constexpr Operation operation = pointwise(functions::sigmoid);  // of predict()

    static constexpr Text name() { return "SigmoidCrossEntropy"; }
    static constexpr ShapeResult check(Shape in) {
        if (!in.is_vector) return input_must(Must::end_in_a_vector);
        return in;
    }

    template <class T> static constexpr T sigmoid(T x) {
        using std::exp;
        return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
    }

    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        using std::abs, std::exp, std::log1p;
        const Index outputs = p.outputs;
        for (int n = p.begin; n < p.end; ++n) {
            T sum = 0;
            bool right = true;
            for (Index i = n * outputs; i < (n + 1) * outputs; ++i) {
                const T x = p.x[i], t = p.target[i];
                sum += (x > 0 ? x : T(0)) - x * t + log1p(exp(-abs(x)));
                right = right && (x > 0) == (t > T(0.5));
                if (p.dx) p.dx[i] = (sigmoid(x) - t) / static_cast<T>(p.outputs * p.n);
            }
            p.loss[n] = sum / static_cast<T>(p.outputs);
            p.correct[n] = right;
        }
    }

    /// The probability of yes, output by output.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int) {
        for (int i = 0; i < n * outputs; ++i) y[i] = sigmoid(x[i]);
    }
};

}  // namespace tn
