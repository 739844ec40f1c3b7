// Dense: every output is a weighted sum of every input.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// Dense<Outputs>, with NoBias or Bias, Init<...>. Any shape -> Vector<Outputs>; an image is read as the vector of its
/// values. Trains weight [Outputs][inputs] and bias [Outputs]. A Dense right before BN has no bias, since BN would take
/// it away, unless it says Bias.
template <int Outputs, class... Options> struct Dense {
    static constexpr bool has_bias =
        std::is_void_v<typename options::find<options::is_no_bias, void, Options...>::type>;

    static constexpr Operation operation{.kind = Operation::dense, .features = Outputs, .bias = has_bias};

    static constexpr bool keeps_bias =
        !std::is_void_v<typename options::find<options::is_bias, void, Options...>::type>;
    /// What this layer becomes when BN follows it.
    using before_norm = std::conditional_t<has_bias && !keeps_bias, Dense<Outputs, Options..., NoBias>, Dense>;

    static constexpr Text name() { return Text{} << "Dense<" << Outputs << ">"; }

    static constexpr ShapeResult output(Shape) {
        if (const auto known = options::known<options::says_bias, options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (Outputs < 1) return layer_must(Must::have_at_least_1_output, Outputs);
        return Shape{Outputs, 1, 1, true};
    }

    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        const int inputs = static_cast<int>(in.size());
        p.add({"weight",
               {Outputs, inputs},
               2,
               init_rule<typename options::find<options::is_init, void, Options...>::type>(),
               true,
               inputs,
               Outputs});
        if (has_bias) p.add({"bias", {Outputs}, 1, {InitRule::constant, 0}});
        return p;
    }

    /// y = W x + b.
    template <class T> static void forward(const Pass<T>& p) {
        const Index inputs = p.in.size();
        for (int n = 0; n < p.n; ++n)
            for (int o = 0; o < Outputs; ++o) {
                T sum = has_bias ? p.parameter[1][o] : T(0);
                for (Index i = 0; i < inputs; ++i) sum += p.parameter[0][o * inputs + i] * p.x[n * inputs + i];
                p.y[Index{n} * Outputs + o] = sum;
            }
    }

    /// dW = sum over n of dy x', db = sum over n of dy, dx = W' dy.
    template <class T> static void backward(const Pass<T>& p) {
        const Index inputs = p.in.size();
        for (Index i = 0; i < inputs * Outputs; ++i) p.gradient[0][i] = 0;
        for (int o = 0; has_bias && o < Outputs; ++o) p.gradient[1][o] = 0;
        for (Index i = 0; p.dx && i < inputs * p.n; ++i) p.dx[i] = 0;
        for (int n = 0; n < p.n; ++n)
            for (int o = 0; o < Outputs; ++o) {
                const T dy = p.dy[Index{n} * Outputs + o];
                if (has_bias) p.gradient[1][o] += dy;
                for (Index i = 0; i < inputs; ++i) {
                    const Index w = o * inputs + i;
                    const Index x = n * inputs + i;
                    p.gradient[0][w] += dy * p.x[x];
                    if (p.dx) p.dx[x] += dy * p.parameter[0][w];
                }
            }
    }
};

}  // namespace tn
