// GroupNorm: Wu and He, "Group normalization", 2018.
#pragma once

#include <cmath>

#include "dsl/core/formula.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"

namespace tn {

/// GroupNorm<Groups>, with Epsilon<1e-6> instead of 1e-5. The channels of an image, or the features of a vector, are
/// cut into Groups groups of neighbours, and over all values of a group in one sample:
/// y = gamma[c] (x - mean) / sqrt(variance + epsilon) + beta[c], with the biased variance. The shape stays. Trains
/// weight (gamma, from 1) and bias (beta, from 0) [C]. PyTorch's GroupNorm(Groups, C).
template <int Groups, class... Options> struct GroupNorm {
    static constexpr float epsilon = options::find<options::is_epsilon, Epsilon<1e-5>, Options...>::type::value;
    static constexpr Axis axis = Axis::parts;
    static constexpr Operation operation{.kind = Operation::group_norm, .groups = Groups, .epsilon = epsilon};

    static constexpr Text name() {
        Text t;
        t << "GroupNorm<" << Groups;
        if (epsilon != 1e-5f) {
            t << ", Epsilon<";
            detail::write_short(t, epsilon);
            t << ">";
        }
        return t << ">";
    }
    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_epsilon>::template check<Options...>(); !known.ok())
            return known;
        if (!(epsilon > 0 && epsilon < 1e6f)) return layer_must(Must::have_an_epsilon_above_0);
        if (Groups < 1) return layer_must(Must::have_at_least_1_group, Groups);
        if (!in.divides_into(Groups)) return input_must(Must::have_channels_that_can_be_divided_by, Groups);
        return in;
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::constant, 1}});
        p.add({"bias", {in.channels}, 1, {InitRule::constant, 0}});
        return p;
    }
    static constexpr int parts(Shape) { return Groups; }
    static constexpr int gradient_parts(Shape in) { return in.channels; }
    /// Mean and inv_std = 1 / sqrt(variance + epsilon) of every group of every sample, side by side.
    static constexpr std::size_t saved(Shape, int batch) { return 2 * Index{Groups} * batch; }
    static constexpr bool saves_for_inference = false;

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int g = p.begin; g < p.end; ++g) {
            double sum = 0, squares = 0;
            each(p, g, [&](Index i, int) { sum += p.x[i]; });
            const double count = values(p), exact = sum / count;
            each(p, g, [&](Index i, int) { squares += (p.x[i] - exact) * (p.x[i] - exact); });
            const T mean = static_cast<T>(exact), inv_std = static_cast<T>(1 / std::sqrt(squares / count + epsilon));
            if (p.saved) {
                p.saved[2 * g] = mean;
                p.saved[2 * g + 1] = inv_std;
            }
            each(p, g,
                 [&](Index i, int c) { p.y[i] = (p.x[i] - mean) * inv_std * p.parameter[0][c] + p.parameter[1][c]; });
        }
    }

    /// With g = gamma dy and xhat the normalised x: dx = inv_std (g - mean(g) - xhat mean(g xhat)).
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (int g = p.begin; g < p.end; ++g) {
            const T mean = p.saved[2 * g], inv_std = p.saved[2 * g + 1];
            double sum = 0, dot = 0;
            each(p, g, [&](Index i, int c) {
                sum += p.dy[i] * p.parameter[0][c];
                dot += p.dy[i] * p.parameter[0][c] * ((p.x[i] - mean) * inv_std);
            });
            const T mean_g = static_cast<T>(sum / values(p)), mean_dot = static_cast<T>(dot / values(p));
            each(p, g, [&](Index i, int c) {
                p.dx[i] = inv_std * (p.dy[i] * p.parameter[0][c] - mean_g - (p.x[i] - mean) * inv_std * mean_dot);
            });
        }
    }

    /// dgamma = sum dy xhat, dbeta = sum dy.
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const Index plane = p.in.plane();
        for (int c = p.begin; c < p.end; ++c) {
            double sum = 0, dot = 0;
            for (Index n = 0; n < p.n; ++n) {
                const Index first = (n * p.in.channels + c) * plane;
                const T* group = p.saved + 2 * (n * Groups + c / (p.in.channels / Groups));
                for (Index i = first; i < first + plane; ++i) {
                    sum += p.dy[i];
                    dot += p.dy[i] * ((p.x[i] - group[0]) * group[1]);
                }
            }
            p.gradient[0][c] = static_cast<T>(dot);
            p.gradient[1][c] = static_cast<T>(sum);
        }
    }

private:
    template <class T> static constexpr double values(const Pass<T>& p) {
        return static_cast<double>(p.in.size()) / Groups;
    }
    /// Calls f(i, c) for every value i, of channel c, of group g of the batch.
    template <class T, class F> static constexpr void each(const Pass<T>& p, int g, F f) {
        const Index plane = p.in.plane();
        const int channels = p.in.channels / Groups;
        Index i = Index{g} * channels * plane;
        for (int c = g % Groups * channels; c < (g % Groups + 1) * channels; ++c)
            for (const Index end = i + plane; i < end; ++i) f(i, c);
    }
};

}  // namespace tn
