// LSTM: Hochreiter and Schmidhuber, "Long short-term memory", 1997; with the forget gate of Gers and others, 2000.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/layers/recurrent.hpp"

namespace tn {

/// LSTM<Hidden>, with Last, Init<...>. Signal<C, N> -> Signal<Hidden, N>, or with Last Vector<Hidden>. From h = c = 0,
/// at every position with W the rows of weight_ih_l0, U those of weight_hh_l0, b and e their biases:
///
///     i, f, o = sigmoid(W x + b + U h + e) each of its own rows,  g = tanh(W_g x + b_g + U_g h + e_g),
///     c = f c + i g,  h = o tanh(c)
///
/// PyTorch's LSTM of one layer, with its parameters; their rows are those of i, f, g and o.
template <int Hidden, class... Options> struct LSTM : Recurrent<LSTM<Hidden, Options...>, 4, 6, Hidden, Options...> {
    using Base = Recurrent<LSTM, 4, 6, Hidden, Options...>;
    static constexpr Operation operation{.kind = Operation::lstm, .features = Hidden, .last = Base::last};

    static constexpr Text name() { return Text{} << "LSTM<" << Hidden << (Base::last ? ", Last>" : ">"); }

    /// Keeps i, f, g, o, c, h.
    template <class T> static constexpr T unit(T* kept, Index gate, Index before, const T* u, T) {
        const T i = elementary::sigmoid(kept[0] + u[0]), f = elementary::sigmoid(kept[gate] + u[1]);
        const T g = elementary::tanh(kept[2 * gate] + u[2]), o = elementary::sigmoid(kept[3 * gate] + u[3]);
        const T c = i * g + (before ? f * kept[4 * gate - before] : T(0));
        kept[0] = i;
        kept[gate] = f;
        kept[2 * gate] = g;
        kept[3 * gate] = o;
        kept[4 * gate] = c;
        return o * elementary::tanh(c);
    }
    /// `carry` is the gradient of c.
    template <class T> static constexpr T unit_backward(const T* kept, Index gate, Index before, T dh, T* d, T& carry) {
        const T i = kept[0], f = kept[gate], g = kept[2 * gate], o = kept[3 * gate];
        const T c = elementary::tanh(kept[4 * gate]), c_before = before ? kept[4 * gate - before] : T(0);
        const T dc = carry + dh * o * (1 - c * c);
        d[0] = dc * g * i * (1 - i);
        d[gate] = dc * c_before * f * (1 - f);
        d[2 * gate] = dc * i * (1 - g * g);
        d[3 * gate] = dh * c * o * (1 - o);
        carry = dc * f;
        return 0;
    }
    static constexpr int hidden_gate(int g) { return g; }
};

}  // namespace tn
