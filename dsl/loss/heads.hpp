// Heads: several outputs, with a loss each.
#pragma once

#include <cstddef>
#include <span>

#include "dsl/core/expression.hpp"
#include "dsl/core/formula.hpp"
#include "dsl/core/index.hpp"
#include "dsl/loss/loss.hpp"

namespace tn {

/// `Outputs` outputs with a loss of their own, which counts Weight times.
template <class L, int Outputs, FloatBits Weight = 1> struct Head {
    using loss = L;
    static constexpr int outputs = Outputs;
    static constexpr float weight = Weight;

    static constexpr Text name() {
        Text t = L::name();
        t << " " << Outputs;
        if (weight == 1) return t;
        detail::write_short(t << " x ", weight);
        return t;
    }
};

/// The loss of a network with several outputs, which end in a Concat of as many values: the sum of the heads' losses,
/// each times its weight.
///
///     using Both = Heads<Head<SoftmaxCrossEntropy, 10>, Head<MeanSquaredError, 4, 0.5>>;
///
/// A sample's target has a value for every output. For a head that wants the number of a class it is 1 at that class
/// and 0 at the others; the largest value counts. A sample is right where all heads with classes are. What a model
/// predicts has the heads' predictions one after another. Class and positive weights are those of all heads, one after
/// another, too; a head whose loss takes none has 1 there.
template <class... Hs> struct Heads {
    static constexpr Target target = Target::values;
    static constexpr std::size_t count = sizeof...(Hs);
    static constexpr int outputs = (0 + ... + Hs::outputs);
    static constexpr bool weighs_outputs = (LossTraits<typename Hs::loss>::weighs_outputs || ...);

    static constexpr Text name() {
        Text t = "Heads<";
        bool first = true;
        const auto add = [&](const Text& head) {
            t << (first ? "" : ", ") << head;
            first = false;
        };
        (add(Hs::name()), ...);
        return t << ">";
    }
    static constexpr ShapeResult check(Shape in) {
        if (!in.is_vector || in.channels != outputs) return input_must(Must::be_a_vector_of_all_heads, outputs);
        ShapeResult result = in;
        const auto look = [&result](const ShapeResult& of_head) {
            if (result.ok() && !of_head.ok()) result = of_head;
        };
        (look(Hs::loss::check(Shape{Hs::outputs, 1, 1, true})), ...);
        return result;
    }

    /// Where a head's outputs begin in a sample.
    static constexpr int first(std::size_t head) {
        const int sizes[] = {Hs::outputs..., 0};
        int values = 0;
        for (std::size_t i = 0; i < head; ++i) values += sizes[i];
        return values;
    }
    /// Head I of a sample in targets, outputs or predictions: Both::part<1>(model.predict(8), 0).
    template <std::size_t I, class T> static std::span<T> part(std::span<T> batch, Index sample) {
        return batch.subspan(static_cast<std::size_t>(sample * outputs + first(I)),
                             static_cast<std::size_t>(first(I + 1) - first(I)));
    }

    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        for (int n = p.begin; n < p.end; ++n) {
            T sum = 0;
            bool right = true;
            Index at = Index{n} * outputs;
            (of_head<Hs>(p, at, sum, right), ...);
            p.loss[n] = sum;
            p.correct[n] = right && weighs_outputs;
        }
    }

    template <class T> static constexpr void predict(const T* x, T* y, int n, int, int) {
        for (int i = 0; i < n; ++i) (predict_head<Hs>(x, y), ...);
    }

    /// Calls f(Head type, its place) for every head.
    template <class F> static void each(F f) {
        std::size_t place = 0;
        (f(static_cast<Hs*>(nullptr), place++), ...);
    }

private:
    /// One sample of a head, whose outputs begin at `at`.
    template <class H, class T> static constexpr void of_head(const LossPass<T>& p, Index& at, T& sum, bool& right) {
        LossPass<T> own;
        T loss = 0;
        unsigned char correct = 0;
        int label = 0;
        own.n = p.n;
        own.outputs = own.active = H::outputs;
        own.smoothing = p.smoothing;
        const Index place = at % outputs;
        own.class_weight = p.class_weight ? p.class_weight + place : nullptr;
        own.positive_weight = p.positive_weight ? p.positive_weight + place : nullptr;
        own.x = p.x + at;
        own.target = p.target + at;
        own.label = &label;
        own.dx = p.dx ? p.dx + at : nullptr;
        own.loss = &loss;
        own.correct = &correct;
        own.end = 1;
        for (int c = 1; c < H::outputs; ++c)
            if (own.target[c] > own.target[label]) label = c;
        H::loss::gradient(own);
        sum += T(H::weight) * loss;
        for (int c = 0; own.dx && H::weight != 1 && c < H::outputs; ++c) own.dx[c] *= T(H::weight);
        if (LossTraits<typename H::loss>::weighs_outputs) right = right && correct;
        at += H::outputs;
    }
    template <class H, class T> static constexpr void predict_head(const T*& x, T*& y) {
        H::loss::predict(x, y, 1, H::outputs, H::outputs);
        x += H::outputs;
        y += H::outputs;
    }
};

}  // namespace tn
