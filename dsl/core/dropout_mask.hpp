// Which values dropout drops: the same on every device, at every thread count and after a resume.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/core/philox.hpp"

namespace tn {

/// Percent of a hundred values are dropped, the others multiplied by 100 / (100 - Percent). The mask is not stored:
/// who needs it again draws the same numbers.
template <int Percent> struct DropoutMask {
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
            f(at, words[i % 4] >= threshold);
            if (++i == size) {
                i = 0;
                ++sample;
            }
        }
    }
};

}  // namespace tn
