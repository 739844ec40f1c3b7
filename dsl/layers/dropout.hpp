// Dropout: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "runtime/core/random.hpp"

namespace tn {

/// In training sets Percent of a hundred values to 0 and multiplies the others by 100 / (100 - Percent); otherwise does
/// nothing. Dropout<0> is allowed and does nothing. The mask is not stored: backward draws the same numbers again.
template <int Percent> struct Dropout {
    static constexpr Axis axis = Axis::samples;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{Operation::identity};

    static constexpr Text name() { return Text{} << "Dropout<" << Percent << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (Percent < 0 || Percent > 99) return layer_must(Must::drop_from_0_to_99_percent, Percent);
        return in;
    }

    template <class T> static void forward(const Pass<T>& p) { mask(p, p.x, p.y); }
    template <class T> static void backward(const Pass<T>& p) { mask(p, p.dy, p.dx); }

private:
    template <class T> static void mask(const Pass<T>& p, const T* from, T* to) {
        const std::size_t size = p.in.size();
        if (!p.training || Percent == 0) {
            for (std::size_t i = size * static_cast<std::size_t>(p.begin);
                 from != to && i < size * static_cast<std::size_t>(p.end); ++i)
                to[i] = from[i];
            return;
        }
        constexpr auto threshold = static_cast<std::uint32_t>((std::uint64_t{Percent} << 32) / 100);
        constexpr T scale = T(100) / T(100 - (Percent < 100 ? Percent : 0));
        for (int n = p.begin; n < p.end; ++n)
            for (std::size_t i = 0; i < size; i += 4) {
                const Philox4 words = philox({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(n),
                                              static_cast<std::uint32_t>(p.random.step), (p.random.layer << 8) | stream::dropout},
                                             p.random.seed);
                for (std::size_t j = 0; j < 4 && i + j < size; ++j) {
                    const std::size_t at = static_cast<std::size_t>(n) * size + i + j;
                    to[at] = words[j] < threshold ? T(0) : from[at] * scale;
                }
            }
    }
};

}  // namespace tn
