// Dropout: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.
#pragma once

#include "dsl/core/dropout_mask.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// In training sets Percent of a hundred values to 0 and multiplies the others by 100 / (100 - Percent); otherwise does
/// nothing. Dropout<0> is allowed and does nothing. The mask is not stored: backward draws the same numbers again.
template <int Percent> struct Dropout {
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::dropout, .percent = Percent};

    static constexpr Text name() { return Text{} << "Dropout<" << Percent << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (Percent < 0 || Percent > 99) return layer_must(Must::drop_from_0_to_99_percent, Percent);
        return in;
    }

    template <class T> static constexpr void forward(const Pass<T>& p) { mask(p, p.x, p.y); }
    template <class T> static constexpr void backward(const Pass<T>& p) { mask(p, p.dy, p.dx); }

private:
    template <class T> static constexpr void mask(const Pass<T>& p, const T* from, T* to) {
        using Mask = DropoutMask<Percent>;
        if (Mask::drops(p))
            Mask::each(p, p.random.layer,
                       [&](int i, bool kept) { to[i] = kept ? from[i] * Mask::template scale<T> : T(0); });
        else
            for (int i = p.begin; from != to && i < p.end; ++i) to[i] = from[i];
    }
};

}  // namespace tn
