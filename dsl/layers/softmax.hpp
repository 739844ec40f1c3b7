// Softmax: numbers as probabilities.
#pragma once

#include "dsl/core/elementary.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/positions.hpp"

namespace tn {

/// y[c] = e^x[c] / sum e^x over the channels at each position of an image or signal, over the features of a vector; the
/// largest is subtracted first. The shape stays. A network that ends in SoftmaxCrossEntropy has it already.
struct Softmax {
    static constexpr Axis axis = Axis::parts;
    static constexpr Reads reads{.x = false, .y = true};
    static constexpr Operation operation{.kind = Operation::softmax};

    static constexpr Text name() { return "Softmax"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr int parts(Shape in) { return static_cast<int>(in.plane()); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const Index plane = p.in.plane();
        detail::each_run<run>(p.in, p.begin, p.end, [&](Index first, int count, int) {
            T most[run]{}, sum[run]{};
            for (int i = 0; i < count; ++i) most[i] = p.x[first + i];
            for (int c = 1; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i)
                    most[i] =
                        elementary::select(p.x[first + c * plane + i] > most[i], p.x[first + c * plane + i], most[i]);
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const Index k = first + c * plane + i;
                    p.y[k] = elementary::exp(p.x[k] - most[i]);
                    sum[i] += p.y[k];
                }
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) p.y[first + c * plane + i] /= sum[i];
        });
    }

    /// dx = y (dy - sum dy y).
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        const Index plane = p.in.plane();
        detail::each_run<run>(p.in, p.begin, p.end, [&](Index first, int count, int) {
            T dot[run]{};
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) dot[i] += p.dy[first + c * plane + i] * p.y[first + c * plane + i];
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const Index k = first + c * plane + i;
                    p.dx[k] = p.y[k] * (p.dy[k] - dot[i]);
                }
        });
    }

private:
    static constexpr int run = 16;
};

}  // namespace tn
