// What layers that go through a signal position by position, and keep a hidden state, have in common.
#pragma once

#include "dsl/core/elementary.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/products.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// Base of a layer L with Gates gates of Hidden units each, and in training Kept values of every unit and position: the
/// gates first, the hidden state last. L has
///
///     static constexpr T unit(T* kept, Index gate, Index before, const T* u, T h)
///         the unit's next hidden state from its last one h: kept[g gate] is what the input gives to gate g, and
///         becomes the gate; u[g] is what the hidden state gives to it. kept[k gate - before] is the position before,
///         where `before` is not 0
///     static constexpr T unit_backward(const T* kept, Index gate, Index before, T dh, T* d, T&
///     carry)
///         the gradients d[g gate] of what the input gives to the gates, and of what the hidden state gives; the direct
///         part of the last hidden state's gradient. `carry` goes from position to position, backwards
///     static constexpr int hidden_gate(int g)
///         where in d the gradient of what the hidden state gives to gate g is
///
/// Signal<C, N> -> Signal<Hidden, N>, or with Last Vector<Hidden>: the last position alone. Trains PyTorch's
/// weight_ih_l0 [Gates Hidden][C], weight_hh_l0 [Gates Hidden][Hidden], bias_ih_l0 and bias_hh_l0 [Gates Hidden];
/// starts from 0.
template <class L, int Gates, int Kept, int Hidden, class... Options> struct Recurrent {
    static constexpr bool last = !std::is_void_v<typename options::find<options::is_last, void, Options...>::type>;
    static constexpr Axis axis = Axis::samples;

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_last, options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (Hidden < 1) return layer_must(Must::have_at_least_1_output, Hidden);
        if (in.is_vector || in.height != 1) return input_must(Must::be_a_signal);
        return last ? Shape{Hidden, 1, 1, true} : Shape{Hidden, 1, in.width, false};
    }
    static constexpr Parameters parameters(Shape in) {
        InitRule init{InitRule::xavier, 0};
        using Named = typename options::find<options::is_init, void, Options...>::type;
        if constexpr (!std::is_void_v<Named>) init = init_rule<Named>();
        constexpr int rows = Gates * Hidden;
        Parameters p;
        p.add({"weight_ih_l0", {rows, in.channels}, 2, init, true, in.channels, Hidden});
        p.add({"weight_hh_l0", {rows, Hidden}, 2, init, true, Hidden, Hidden});
        p.add({"bias_ih_l0", {rows}, 1, {InitRule::constant, 0}});
        p.add({"bias_hh_l0", {rows}, 1, {InitRule::constant, 0}});
        return p;
    }
    /// Of each sample [Kept][Hidden][N].
    static constexpr std::size_t saved(Shape in, int batch) { return Index{batch} * Kept * Hidden * in.plane(); }
    /// Of each sample: backward, the gradients of what the gates get [4][Hidden][N]; then three vectors of the units.
    static constexpr std::size_t work(Shape in, int batch) { return Index{batch} * Hidden * (4 * in.plane() + 3); }
    static constexpr int gradient_parts(Shape) { return Gates * Hidden; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int sample = p.begin; sample < p.end; ++sample) {
            const Sample<T> s(p, sample);
            s.in_projection().forward(s.x, s.kept);
            T *h = s.units, *next = h + Hidden;
            detail::fill(h, T(0), Hidden);
            for (Index t = 0; t < s.n; ++t) {
                for (Index k = 0; k < Hidden; ++k) {
                    T u[Gates]{};
                    for (Index g = 0; g < Gates; ++g)
                        u[g] = s.hidden_bias[g * Hidden + k] +
                               detail::dot<T>(s.hidden_weight + (g * Hidden + k) * Hidden, h, Hidden);
                    next[k] = L::template unit<T>(s.kept + k * s.n + t, s.gate, t > 0, u, h[k]);
                    s.h[k * s.n + t] = next[k];
                    if (!last) s.y[k * s.n + t] = next[k];
                }
                for (Index k = 0; k < Hidden; ++k) h[k] = next[k];
            }
            for (Index k = 0; last && k < Hidden; ++k) s.y[k] = h[k];
        }
    }

    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int sample = p.begin; sample < p.end; ++sample) {
            const Sample<T> s(p, sample);
            T *dh = s.units, *before = dh + Hidden, *carry = before + Hidden;
            detail::fill(s.units, T(0), 3 * Hidden);
            for (Index t = s.n - 1; t >= 0; --t) {
                for (Index k = 0; k < Hidden; ++k) {
                    if (!last) dh[k] += s.dy[k * s.n + t];
                    if (last && t == s.n - 1) dh[k] += s.dy[k];
                    const Index at = k * s.n + t;
                    before[k] = L::template unit_backward<T>(s.kept + at, s.gate, t > 0, dh[k], s.d + at, carry[k]);
                }
                for (int g = 0; g < Gates; ++g)
                    for (Index k = 0; k < Hidden; ++k)
                        detail::add_scaled(before, s.d[L::hidden_gate(g) * s.gate + k * s.n + t],
                                           s.hidden_weight + (g * Hidden + k) * Hidden, Hidden);
                for (Index k = 0; k < Hidden; ++k) dh[k] = before[k];
            }
            if (p.dx) s.in_projection().backward(s.d, s.dx);
        }
    }

    /// Rows of both weights, with their biases.
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const Sample<T> s(p, 0);
        const Index c = p.in.channels;
        for (Index row = p.begin; row < p.end; ++row) {
            const detail::ProjectionRow<T> from_x{s.d + row * s.n, p.x, s.next_work, c * s.n, s.n};
            from_x.gradients(p.n, c, p.gradient[0] + row * c, p.gradient[2] + row);
            const Index gate = L::hidden_gate(static_cast<int>(row / Hidden));
            const T* d = s.d + gate * s.gate + row % Hidden * s.n;
            p.gradient[3][row] = 0;
            for (int n = 0; n < p.n; ++n) p.gradient[3][row] += detail::total(d + n * s.next_work, s.n);
            for (Index k = 0; k < Hidden; ++k) {
                T sum = 0;
                for (int n = 0; n < p.n; ++n)
                    sum += detail::dot<T>(d + n * s.next_work + 1, s.h + n * s.next_kept + k * s.n, s.n - 1);
                p.gradient[1][row * Hidden + k] = sum;
            }
        }
    }

private:
    /// Where the numbers of one sample lie.
    template <class T> struct Sample {
        Index n, channels, gate, next_kept, next_work;
        const T *x, *dy, *in_weight, *hidden_weight, *in_bias, *hidden_bias;
        T *y, *dx, *kept, *h, *d, *units;

        constexpr Sample(const Pass<T>& p, int sample)
            : n(p.in.width),
              channels(p.in.channels),
              gate(Hidden * n),
              next_kept(Kept * gate),
              next_work(4 * gate + 3 * Hidden),
              x(from(p.x, sample * channels * n)),
              dy(from(p.dy, sample * p.out.size())),
              in_weight(p.parameter[0]),
              hidden_weight(p.parameter[1]),
              in_bias(p.parameter[2]),
              hidden_bias(p.parameter[3]),
              y(from(p.y, sample * p.out.size())),
              dx(from(p.dx, sample * channels * n)),
              kept(p.saved + sample * next_kept),
              h(kept + (Kept - 1) * gate),
              d(p.work + sample * next_work),
              units(d + 4 * gate) {}

        /// A pass has not all of them.
        template <class P> static constexpr P* from(P* all, Index first) { return all ? all + first : nullptr; }
        constexpr detail::Projection<T> in_projection() const {
            return {in_weight, in_bias, Gates * Hidden, channels, n};
        }
    };
};

}  // namespace tn
