// Dropout: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/philox.hpp"

namespace tn {

/// In training sets Percent of a hundred values to 0 and multiplies the others by 100 / (100 - Percent); otherwise does
/// nothing. Dropout<0> is allowed and does nothing. The mask is not stored: backward draws the same numbers again.
template <int Percent> struct Dropout {
    static constexpr Role role = Role::dropout;
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{Operation::identity};

    static constexpr Text name() { return Text{} << "Dropout<" << Percent << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (Percent < 0 || Percent > 99) return layer_must(Must::drop_from_0_to_99_percent, Percent);
        return in;
    }

    template <class T> static constexpr void forward(const Pass<T>& p) { mask(p, p.x, p.y); }
    template <class T> static constexpr void backward(const Pass<T>& p) { mask(p, p.dy, p.dx); }

    /// Whether the pass drops anything, and what it multiplies the others by.
    template <class T> static constexpr bool drops(const Pass<T>& p) { return p.training && Percent != 0; }
    template <class T> static constexpr T scale = T(100) / T(100 - (Percent < 100 ? Percent : 0));

    /// Calls f(i, kept) for every place i of the range, with the random numbers of layer number `layer`.
    template <class T, class F> static constexpr void each(const Pass<T>& p, std::uint32_t layer, F f) {
        constexpr auto threshold = static_cast<std::uint32_t>((std::uint64_t{Percent} << 32) / 100);
        const int size = static_cast<int>(p.in.size());
        Philox4 words{};
        int sample = p.first + p.begin / size, i = p.begin % size;
        for (int at = p.begin; at < p.end; ++at) {
            if (at == p.begin || i % 4 == 0)
                words = philox({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(sample),
                                static_cast<std::uint32_t>(*p.random.step), (layer << 8) | stream::dropout},
                               p.random.seed);
            f(at, words[static_cast<std::size_t>(i % 4)] >= threshold);
            if (++i == size) {
                i = 0;
                ++sample;
            }
        }
    }

private:
    template <class T> static constexpr void mask(const Pass<T>& p, const T* from, T* to) {
        if (drops(p))
            each(p, p.random.layer, [&](int i, bool kept) { to[i] = kept ? from[i] * scale<T> : T(0); });
        else
            for (int i = p.begin; from != to && i < p.end; ++i) to[i] = from[i];
    }
};

}  // namespace tn
