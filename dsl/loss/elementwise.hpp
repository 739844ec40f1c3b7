// What losses that compare every output with a target of its own have in common.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// The loss of one output, its derivative, and whether the prediction is right.
template <class T> struct LossTerm {
    T loss, slope;
    bool right;
};

/// Base of a loss L with `static constexpr LossTerm<T> term(const LossPass<T>& p, T x, T target, int channel)`. A
/// sample's loss is the mean of its outputs' terms, dx their slopes / (outputs n). A sample is right where all its
/// outputs are. Any shape.
template <class L> struct ElementwiseLoss {
    static constexpr Target target = Target::values;

    static constexpr ShapeResult check(Shape in) { return in; }

    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        const int channels = p.outputs / p.pixels;
        for (int n = p.begin; n < p.end; ++n) {
            T sum = 0;
            bool right = true;
            Index i = Index{n} * p.outputs;
            for (int channel = 0; channel < channels; ++channel)
                for (int pixel = 0; pixel < p.pixels; ++pixel, ++i) {
                    const LossTerm<T> term = L::template term<T>(p, p.x[i], p.target[i], channel);
                    sum += term.loss;
                    right = right && term.right;
                    if (p.dx) p.dx[i] = term.slope / of_all(p);
                }
            p.loss[n] = sum / static_cast<T>(p.outputs);
            p.correct[n] = right;
        }
    }

    template <class T> static constexpr void pixel(const LossPass<T>& p, int sample, int pixel, T& loss, T& wrong) {
        const int channels = p.outputs / p.pixels;
        Index i = Index{sample} * p.outputs + pixel;
        bool right = true;
        for (int channel = 0; channel < channels; ++channel, i += p.pixels) {
            const LossTerm<T> term = L::template term<T>(p, p.x[i], p.target[i], channel);
            loss += term.loss;
            right = right && term.right;
            if (p.dx) p.dx[i] = term.slope / of_all(p);
        }
        wrong += right ? T(0) : T(1);
    }
    template <class T> static constexpr void finish(const LossPass<T>& p, int sample, T loss, T wrong) {
        p.loss[sample] = loss / static_cast<T>(p.outputs);
        p.correct[sample] = wrong == 0;
    }

    /// The outputs as they are.
    template <class T> static constexpr void predict(const T* x, T* y, int n, int outputs, int) {
        for (Index i = 0; i < Index{n} * outputs; ++i) y[i] = x[i];
    }

private:
    /// What every slope is divided by: how many outputs the whole batch has.
    template <class T> static constexpr T of_all(const LossPass<T>& p) {
        return static_cast<T>(Index{p.outputs} * p.n);
    }
};

}  // namespace tn
