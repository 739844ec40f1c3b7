// Softmax and cross entropy, for one class of several.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// loss = log(sum over c of exp(x_c)) - sum over c of q_c x_c; dx = (softmax(x) - q) / n. The target q is
/// onehot(label), or with a smoothing e (1 - e) onehot(label) + e / active (Szegedy, Vanhoucke, Ioffe, Shlens and
/// Wojna, "Rethinking the Inception architecture for computer vision", 2016, section 7). With class weights both are
/// times the label's weight. Needs a vector of >= 2 outputs.
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
        using std::exp, std::log;
        for (int n = p.begin; n < p.end; ++n) {
            const T* x = p.x + Index{n} * p.outputs;
            int best = 0;
            for (int c = 1; c < p.active; ++c)
                if (x[c] > x[best]) best = c;
            T sum = 0, total = 0;
            for (int c = 0; c < p.active; ++c) {
                sum += exp(x[c] - x[best]);
                total += x[c];
            }
            const int label = p.label[n];
            const T own = 1 - p.smoothing, every = p.smoothing / static_cast<T>(p.active);
            const T weight = p.class_weight ? p.class_weight[label] : T(1);
            p.loss[n] = weight * (log(sum) + x[best] - (own * x[label] + every * total));
            p.correct[n] = best == label;
            if (!p.dx) continue;
            T* dx = p.dx + Index{n} * p.outputs;
            for (int c = 0; c < p.outputs; ++c)
                dx[c] = c < p.active
                            ? weight * (exp(x[c] - x[best]) / sum - (own * T(c == label) + every)) / static_cast<T>(p.n)
                            : T(0);
        }
    }

    /// The probabilities of the first `active` classes, 0 for the rest; y may be x.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int active) {
        using std::exp;
        for (int i = 0; i < n; ++i, x += outputs, y += outputs) {
            T most = x[0], sum = 0;
            for (int c = 1; c < active; ++c) most = x[c] > most ? x[c] : most;
            for (int c = 0; c < active; ++c) sum += exp(x[c] - most);
            for (int c = 0; c < outputs; ++c) y[c] = c < active ? exp(x[c] - most) / sum : T(0);
        }
    }
};

}  // namespace tn
