// BN: batch normalisation of Ioffe and Szegedy, "Batch normalization", 2015.
#pragma once

#include <cmath>

#include "dsl/core/formula.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"

namespace tn {

template <class Norm> struct BNAtInference;

/// Per channel of an image, per feature of a vector: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the
/// mean and the biased variance of the batch in training and the running ones otherwise. The shape stays.
/// Trains weight (gamma, from 1) and bias (beta, from 0); keeps running_mean and running_var (unbiased), each moving by
/// `momentum` a step, as PyTorch does. Options: BNWith<Epsilon<0.001>, RunningMomentum<0.01>>.
template <class... Options> struct BNWith {
    static constexpr float epsilon = options::find<options::is_epsilon, Epsilon<1e-5>, Options...>::type::value;
    static constexpr float momentum =
        options::find<options::is_momentum, RunningMomentum<0.1>, Options...>::type::value;
    static constexpr Axis axis = Axis::channels;
    static constexpr Operation operation{.kind = Operation::batch_norm, .epsilon = epsilon, .momentum = momentum};
    using at_inference = BNAtInference<BNWith>;

    static constexpr Text name() {
        Text t = "BN";
        if (epsilon == 1e-5f && momentum == 0.1f) return t;
        t << "With<Epsilon<";
        detail::write_short(t, epsilon);
        t << ">, RunningMomentum<";
        detail::write_short(t, momentum);
        return t << ">>";
    }
    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_epsilon, options::is_momentum>::template check<Options...>();
            !known.ok())
            return known;
        if (!(epsilon > 0 && epsilon < 1e6f)) return layer_must(Must::have_an_epsilon_above_0);
        if (!(momentum >= 0 && momentum <= 1)) return layer_must(Must::have_a_momentum_from_0_to_1);
        return in;
    }

    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::constant, 1}});
        p.add({"bias", {in.channels}, 1, {InitRule::constant, 0}});
        return p;
    }
    static constexpr States states(Shape in) {
        States s;
        s.add({"running_mean", in.channels, 0});
        s.add({"running_var", in.channels, 1});
        return s;
    }
    /// Mean and inv_std = 1 / sqrt(variance + epsilon) of the batch, by channel.
    static constexpr std::size_t saved(Shape in, int) { return 2 * Index{in.channels}; }
    static constexpr bool saves_for_inference = false;
    static constexpr Rerun rerun = Rerun::beside_its_states;

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) {
            T mean = 0, inv_std = 0;
            if (p.training) {
                double sum = 0, squares = 0;
                each(p, c, [&](Index i) { sum += p.x[i]; });
                const double count = static_cast<double>(p.n) * static_cast<double>(p.in.plane());
                const double m = sum / count;
                each(p, c, [&](Index i) { squares += (p.x[i] - m) * (p.x[i] - m); });
                mean = static_cast<T>(m);
                inv_std = static_cast<T>(1 / std::sqrt(squares / count + epsilon));
                p.saved[c] = mean;
                p.saved[p.in.channels + c] = inv_std;
                p.state[0][c] = static_cast<T>((1 - momentum) * p.state[0][c] + momentum * m);
                if (count > 1)  // one value has no variance
                    p.state[1][c] = static_cast<T>((1 - momentum) * p.state[1][c] + momentum * squares / (count - 1));
            } else {
                mean = p.state[0][c];
                inv_std = 1 / std::sqrt(p.state[1][c] + T(epsilon));
            }
            const T scale = p.parameter[0][c] * inv_std, offset = p.parameter[1][c];
            each(p, c, [&](Index i) { p.y[i] = (p.x[i] - mean) * scale + offset; });
        }
    }

    /// With g = dy and xhat the normalised x: dgamma = sum g xhat, dbeta = sum g,
    /// dx = gamma inv_std (g - mean(g) - xhat mean(g xhat)).
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) {
            const T mean = p.saved[c], inv_std = p.saved[p.in.channels + c];
            double sum = 0, dot = 0;
            each(p, c, [&](Index i) {
                sum += p.dy[i];
                dot += p.dy[i] * ((p.x[i] - mean) * inv_std);
            });
            p.gradient[0][c] = static_cast<T>(dot);
            p.gradient[1][c] = static_cast<T>(sum);
            if (!p.dx) continue;
            const double count = static_cast<double>(p.n) * static_cast<double>(p.in.plane());
            const T mean_g = static_cast<T>(sum / count), mean_dot = static_cast<T>(dot / count);
            const T scale = p.parameter[0][c] * inv_std;
            each(p, c, [&](Index i) { p.dx[i] = scale * (p.dy[i] - mean_g - (p.x[i] - mean) * inv_std * mean_dot); });
        }
    }

private:
    /// Calls f(i) for the place of every value of channel c.
    template <class T, class F> static constexpr void each(const Pass<T>& p, int c, F f) {
        const Index plane = p.in.plane();
        for (int n = 0; n < p.n; ++n) {
            const Index first = n * p.in.size() + c * plane;
            for (Index i = first; i < first + plane; ++i) f(i);
        }
    }
};

/// The same by the running statistics alone, which stay: y = x scale + offset by channel, with scale = weight /
/// sqrt(running_var + epsilon) and dx = dy scale. What a frozen BN is that gradients pass through.
template <class Norm> struct BNAtInference : Norm {
    static constexpr Operation operation{};
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false};
    static constexpr bool in_place = true;
    static constexpr Rerun rerun = Rerun::as_it_is;
    static constexpr std::size_t saved(Shape, int) { return 0; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        each_plane(p, [&](int c, Index begin, Index end) {
            const T scale = scale_of(p, c), mean = p.state[0][c], offset = p.parameter[1][c];
            for (Index i = begin; i < end; ++i) p.y[i] = (p.x[i] - mean) * scale + offset;
        });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        each_plane(p, [&](int c, Index begin, Index end) {
            const T scale = scale_of(p, c);
            for (Index i = begin; i < end; ++i) p.dx[i] = p.dy[i] * scale;
        });
    }

private:
    template <class T> static constexpr T scale_of(const Pass<T>& p, int c) {
        return p.parameter[0][c] * (1 / std::sqrt(p.state[1][c] + T(Norm::epsilon)));
    }
    /// Calls f(channel, begin, end) for the values of the range, plane by plane.
    template <class T, class F> static constexpr void each_plane(const Pass<T>& p, F f) {
        const Index plane = p.in.plane();
        for (Index begin = p.begin; begin < p.end;) {
            const Index next = (begin / plane + 1) * plane, end = next < p.end ? next : p.end;
            f(static_cast<int>(begin / plane % p.in.channels), begin, end);
            begin = end;
        }
    }
};

/// With an epsilon of 1e-5 and a momentum of 0.1.
struct BN : BNWith<> {};

}  // namespace tn
