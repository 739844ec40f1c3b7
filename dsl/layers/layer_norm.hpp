// LayerNorm: Ba, Kiros and Hinton, "Layer normalization", 2016.
#pragma once

#include <cmath>

#include "dsl/core/formula.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/positions.hpp"

namespace tn {

/// LayerNorm with options: LayerNormWith<Epsilon<1e-6>>. At each position of an image over its channels, of a vector
/// over its features: y = gamma[c] (x - mean) / sqrt(variance + epsilon) + beta[c], with the biased variance. The shape
/// stays. Trains weight (gamma, from 1) and bias (beta, from 0) [C]. PyTorch's LayerNorm(C) where channels come last.
template <class... Options> struct LayerNormWith {
    static constexpr float epsilon = options::find<options::is_epsilon, Epsilon<1e-5>, Options...>::type::value;
    static constexpr Axis axis = Axis::parts;
    static constexpr Operation operation{.kind = Operation::layer_norm, .epsilon = epsilon};

    static constexpr Text name() {
        Text t = "LayerNorm";
        if (epsilon == 1e-5f) return t;
        t << "With<Epsilon<";
        detail::write_short(t, epsilon);
        return t << ">>";
    }
    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_epsilon>::template check<Options...>(); !known.ok())
            return known;
        if (!(epsilon > 0 && epsilon < 1e6f)) return layer_must(Must::have_an_epsilon_above_0);
        return in;
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::constant, 1}});
        p.add({"bias", {in.channels}, 1, {InitRule::constant, 0}});
        return p;
    }
    static constexpr int parts(Shape in) { return static_cast<int>(in.plane()); }
    static constexpr int gradient_parts(Shape in) { return in.channels; }
    /// The means of all positions of the batch, then their inv_std = 1 / sqrt(variance + epsilon).
    static constexpr std::size_t saved(Shape in, int batch) { return 2 * in.plane() * batch; }
    static constexpr bool saves_for_inference = false;

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const Index plane = p.in.plane();
        detail::each_run<run>(p.in, p.begin, p.end, [&](Index first, int count, int at) {
            double sum[run]{}, squares[run]{};
            T mean[run]{}, inv_std[run]{};
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) sum[i] += p.x[first + c * plane + i];
            for (int i = 0; i < count; ++i) sum[i] /= p.in.channels;
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const double from_mean = p.x[first + c * plane + i] - sum[i];
                    squares[i] += from_mean * from_mean;
                }
            for (int i = 0; i < count; ++i) {
                mean[i] = static_cast<T>(sum[i]);
                inv_std[i] = static_cast<T>(1 / std::sqrt(squares[i] / p.in.channels + epsilon));
                if (p.saved) {
                    p.saved[at + i] = mean[i];
                    p.saved[p.n * plane + at + i] = inv_std[i];
                }
            }
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const Index k = first + c * plane + i;
                    p.y[k] = (p.x[k] - mean[i]) * inv_std[i] * p.parameter[0][c] + p.parameter[1][c];
                }
        });
    }

    /// With g = gamma dy and xhat the normalised x: dx = inv_std (g - mean(g) - xhat mean(g xhat)).
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        const Index plane = p.in.plane();
        detail::each_run<run>(p.in, p.begin, p.end, [&](Index first, int count, int at) {
            const T *mean = p.saved + at, *inv_std = p.saved + p.n * plane + at;
            double sum[run]{}, dot[run]{};
            T mean_g[run]{}, mean_dot[run]{};
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const Index k = first + c * plane + i;
                    const T g = p.dy[k] * p.parameter[0][c];
                    sum[i] += g;
                    dot[i] += g * ((p.x[k] - mean[i]) * inv_std[i]);
                }
            for (int i = 0; i < count; ++i) {
                mean_g[i] = static_cast<T>(sum[i] / p.in.channels);
                mean_dot[i] = static_cast<T>(dot[i] / p.in.channels);
            }
            for (int c = 0; c < p.in.channels; ++c)
                for (int i = 0; i < count; ++i) {
                    const Index k = first + c * plane + i;
                    const T xhat = (p.x[k] - mean[i]) * inv_std[i];
                    p.dx[k] = inv_std[i] * (p.dy[k] * p.parameter[0][c] - mean_g[i] - xhat * mean_dot[i]);
                }
        });
    }

    /// dgamma = sum dy xhat, dbeta = sum dy.
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const Index plane = p.in.plane();
        for (int c = p.begin; c < p.end; ++c) {
            double sum = 0, dot = 0;
            for (Index n = 0; n < p.n; ++n) {
                const Index first = (n * p.in.channels + c) * plane;
                const T *mean = p.saved + n * plane, *inv_std = p.saved + (p.n + n) * plane;
                for (Index i = 0; i < plane; ++i) {
                    sum += p.dy[first + i];
                    dot += p.dy[first + i] * ((p.x[first + i] - mean[i]) * inv_std[i]);
                }
            }
            p.gradient[0][c] = static_cast<T>(dot);
            p.gradient[1][c] = static_cast<T>(sum);
        }
    }

private:
    static constexpr int run = 16;
};

/// LayerNormWith the epsilon 1e-5.
using LayerNorm = LayerNormWith<>;

}  // namespace tn
