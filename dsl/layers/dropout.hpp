// Dropout: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.
#pragma once

#include "dsl/core/dropout_mask.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// How Dropout is told what to drop: a whole number of percent. A fraction is kept to be refused.
struct Percent {
    int percent = 0;
    bool is_fraction = false;

    constexpr Percent(int number) : percent(number) {}
    constexpr Percent(double number)
        : percent(static_cast<int>((number > 0 && number < 1 ? 100 * number : number) + 0.5)), is_fraction(true) {}
    /// Of these members: as nvcc writes template arguments down.
    explicit constexpr Percent(int number, bool fraction) : percent(number), is_fraction(fraction) {}
    constexpr bool operator==(const Percent&) const = default;
};

/// Dropout<50>: in training sets 50 of a hundred values to 0 and multiplies the others by 100 / (100 - 50); otherwise
/// does nothing. Dropout<0> is allowed and does nothing. The mask is not stored: backward draws the same numbers again.
template <Percent Share> struct Dropout {
    static constexpr int percent = Share.percent;
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::dropout, .percent = percent};
    using at_inference = Dropout<0>;

    static constexpr Text name() { return Text{} << "Dropout<" << percent << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (Share.is_fraction) return layer_must(Must::drop_a_whole_number_of_percent, percent);
        if (percent < 0 || percent > 99) return layer_must(Must::drop_from_0_to_99_percent, percent);
        return in;
    }

    template <class T> static constexpr void forward(const Pass<T>& p) { mask(p, p.x, p.y); }
    template <class T> static constexpr void backward(const Pass<T>& p) { mask(p, p.dy, p.dx); }

private:
    template <class T> static constexpr void mask(const Pass<T>& p, const T* from, T* to) {
        using Mask = DropoutMask<percent>;
        if (Mask::drops(p))
            Mask::each(p, p.random.layer,
                       [&](int i, bool kept) { to[i] = kept ? from[i] * Mask::template scale<T> : T(0); });
        else
            for (int i = p.begin; from != to && i < p.end; ++i) to[i] = from[i];
    }
};

}  // namespace tn
