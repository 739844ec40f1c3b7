// Sigmoid and cross entropy, for yes-or-no outputs that do not exclude each other.
#pragma once

#include "dsl/core/functions.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/elementwise.hpp"

namespace tn {

/// loss = mean over outputs of max(x, 0) - x t + log(1 + exp(-|x|)), targets t from 0 to 1;
/// dx = (sigmoid(x) - t) / (outputs n). A sample is right when every output is on its target's side of one half. Any
/// shape. With a positive weight p of each channel the part of yes counts p times, as where few targets are 1, and with
/// a class weight the whole term: w (p t log(1 + exp(-x)) + (1 - t) log(1 + exp(x))), as PyTorch's
/// BCEWithLogitsLoss(weight=w, pos_weight=p).
struct SigmoidCrossEntropy : ElementwiseLoss<SigmoidCrossEntropy> {
    static constexpr Operation operation = pointwise(functions::sigmoid);  // of predict()
    static constexpr bool weighs_outputs = true;

    static constexpr Text name() { return "SigmoidCrossEntropy"; }

    template <class T> static constexpr T sigmoid(T x) {
        using std::exp;
        return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
    }

    template <class T> static constexpr LossTerm<T> term(const LossPass<T>& p, T x, T t, int channel) {
        using std::abs, std::exp, std::log1p;
        const bool right = (x > 0) == (t > T(0.5));
        const T rest = log1p(exp(-abs(x)));  // of log(1 + exp(x)) and log(1 + exp(-x)) beside max(x, 0) and max(-x, 0)
        if (!p.class_weight && !p.positive_weight) return {(x > 0 ? x : T(0)) - x * t + rest, sigmoid(x) - t, right};
        const T weight = p.class_weight ? p.class_weight[channel] : T(1);
        const T yes = weight * (p.positive_weight ? p.positive_weight[channel] : T(1)) * t, no = weight * (1 - t);
        return {yes * (rest + (x < 0 ? -x : T(0))) + no * (rest + (x > 0 ? x : T(0))),
                no * sigmoid(x) - yes * sigmoid(-x), right};
    }

    /// The probability of yes, output by output.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int) {
        for (int i = 0; i < n * outputs; ++i) y[i] = sigmoid(x[i]);
    }
};

}  // namespace tn
