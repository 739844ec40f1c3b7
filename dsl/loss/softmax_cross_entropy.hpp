// Softmax and cross entropy, for one class of several.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// loss = log(sum over c of exp(x_c)) - sum over c of q_c x_c; dx = (softmax(x) - q) / n. The target q is
/// onehot(label), or with a smoothing e (1 - e) onehot(label) + e / active (Szegedy, Vanhoucke, Ioffe, Shlens and
/// Wojna, "Rethinking the Inception architecture for computer vision", 2016, section 7). With class weights w every q_c
/// is times w_c and softmax(x) times their sum, as in PyTorch's CrossEntropyLoss(weight=w, label_smoothing=e); the mean
/// is still over the n samples, and not over their weights. Needs a vector of >= 2 outputs.
struct SoftmaxCrossEntropy {
    static constexpr Target target = Target::label;
    static constexpr Operation operation{.kind = Operation::softmax};  // of predict()

    static constexpr Text name() { return "SoftmaxCrossEntropy"; }
    static constexpr ShapeResult check(Shape in) {
        if (!in.is_vector) return input_must(Must::end_in_a_vector);
        if (in.channels < 2) return input_must(Must::end_in_at_least_2_classes);
        return in;
    }

    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        for (int n = p.begin; n < p.end; ++n) {
            const Index first = Index{n} * p.outputs;
            bool right = false;
            p.loss[n] =
                of_label(p, p.x + first, 1, p.label[n], p.dx ? p.dx + first : nullptr, static_cast<T>(p.n), right);
            p.correct[n] = right;
        }
    }

    /// The loss of one label and outputs, which lie `stride` apart; their gradient over `count` in dx, unless that is
    /// null, and whether the largest output is the label's.
    template <class T>
    static constexpr T of_label(const LossPass<T>& p, const T* x, Index stride, int label, T* dx, T count,
                                bool& right) {
        using std::exp, std::log;
        const auto at = [stride](int c) { return c * stride; };
        int best = 0;
        for (int c = 1; c < p.active; ++c)
            if (x[at(c)] > x[at(best)]) best = c;
        const T most = x[at(best)];
        const auto weight = [&p](int c) { return p.class_weight ? p.class_weight[c] : T(1); };
        T sum = 0, total = 0, weights = 0;
        for (int c = 0; c < p.active; ++c) {
            sum += exp(x[at(c)] - most);
            total += weight(c) * x[at(c)];
            weights += weight(c);
        }
        const T own = (1 - p.smoothing) * weight(label), every = p.smoothing / static_cast<T>(p.active);
        const T whole = p.class_weight ? own + every * weights : T(1);
        right = best == label;
        for (int c = 0; dx && c < p.outputs; ++c)
            dx[at(c)] = c < p.active
                            ? (whole * (exp(x[at(c)] - most) / sum) - (own * T(c == label) + every * weight(c))) / count
                            : T(0);
        return whole * (log(sum) + most) - (own * x[at(label)] + every * total);
    }

    /// The probabilities of the first `active` classes, 0 for the rest; y may be x.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int active) {
        for (int i = 0; i < n; ++i, x += outputs, y += outputs) probabilities(x, y, 1, outputs, active);
    }
    /// The same of one sample whose outputs lie `stride` apart.
    template <class T> static constexpr void probabilities(const T* x, T* y, Index stride, int outputs, int active) {
        using std::exp;
        const auto at = [stride](int c) { return c * stride; };
        T most = x[0], sum = 0;
        for (int c = 1; c < active; ++c) most = x[at(c)] > most ? x[at(c)] : most;
        for (int c = 0; c < active; ++c) sum += exp(x[at(c)] - most);
        for (int c = 0; c < outputs; ++c) y[at(c)] = c < active ? exp(x[at(c)] - most) / sum : T(0);
    }
};

}  // namespace tn
