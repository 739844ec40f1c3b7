// Reshape: the same values with other extents.
#pragma once

#include "dsl/core/operation.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

/// Reshape<N> -> Vector<N>, Reshape<C, N> -> Signal<C, N>, Reshape<C, H, W> -> Image<C, H, W>: the same values in the
/// order channel, row, column, of any shape that has as many.
template <int... Extents> struct Reshape : Pointwise<Reshape<Extents...>> {
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::reshape};

    static constexpr Text name() {
        Text t = "Reshape<";
        int place = 0;
        ((t << (place++ ? ", " : "") << Extents), ...);
        return t << ">";
    }
    static constexpr ShapeResult output(Shape in) {
        constexpr int count = static_cast<int>(sizeof...(Extents));
        if constexpr (count < 1 || count > 3) {
            return layer_must(Must::name_1_to_3_extents, count);
        } else {
            if (((Extents < 1) || ...)) return layer_must(Must::be_at_least_1_in_every_extent);
            const double values = (static_cast<double>(Extents) * ...), most = 2147483647.0;
            if (values != static_cast<double>(in.size()))
                return input_must(Must::have_as_many_values, static_cast<int>(values < most ? values : most));
            constexpr int extent[] = {Extents...};
            return Shape{extent[0], count == 3 ? extent[1] : 1, count == 1 ? 1 : extent[count - 1], count == 1};
        }
    }
    template <class T> static constexpr T value(T x) { return x; }
    template <class T> static constexpr T slope(T, T) { return 1; }
};

}  // namespace tn
