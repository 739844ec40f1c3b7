// GRU: Cho and others, "Learning phrase representations using RNN encoder-decoder for statistical machine translation",
// 2014, in the variant of cuDNN and PyTorch.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/layers/recurrent.hpp"

namespace tn {

/// GRU<Hidden>, with Last, Init<...>. Signal<C, N> -> Signal<Hidden, N>, or with Last Vector<Hidden>. From h = 0, at
/// every position with W the rows of weight_ih_l0, U those of weight_hh_l0, b and e their biases:
///
///     r = sigmoid(W_r x + b_r + U_r h + e_r),  z = sigmoid(W_z x + b_z + U_z h + e_z),
///     m = tanh(W_n x + b_n + r (U_n h + e_n)),  h = (1 - z) m + z h
///
/// PyTorch's GRU of one layer, with its parameters; their rows are those of r, z and n.
template <int Hidden, class... Options> struct GRU : Recurrent<GRU<Hidden, Options...>, 3, 5, Hidden, Options...> {
    using Base = Recurrent<GRU, 3, 5, Hidden, Options...>;
    static constexpr Operation operation{.kind = Operation::gru, .features = Hidden, .last = Base::last};

    static constexpr Text name() { return Text{} << "GRU<" << Hidden << (Base::last ? ", Last>" : ">"); }

    /// Keeps r, z, m, U_n h + e_n, h.
    template <class T> static constexpr T unit(T* kept, Index gate, Index, const T* u, T h) {
        const T r = elementary::sigmoid(kept[0] + u[0]), z = elementary::sigmoid(kept[gate] + u[1]);
        const T m = elementary::tanh(kept[2 * gate] + r * u[2]);
        kept[0] = r;
        kept[gate] = z;
        kept[2 * gate] = m;
        kept[3 * gate] = u[2];
        return (1 - z) * m + z * h;
    }
    template <class T> static constexpr T unit_backward(const T* kept, Index gate, Index before, T dh, T* d, T&) {
        const T r = kept[0], z = kept[gate], m = kept[2 * gate], from_h = kept[3 * gate];
        const T h = before ? kept[4 * gate - before] : T(0);
        const T dm = dh * (1 - z) * (1 - m * m);
        d[0] = dm * from_h * r * (1 - r);
        d[gate] = dh * (h - m) * z * (1 - z);
        d[2 * gate] = dm;
        d[3 * gate] = dm * r;
        return dh * z;
    }
    static constexpr int hidden_gate(int g) { return g < 2 ? g : 3; }
};

}  // namespace tn
