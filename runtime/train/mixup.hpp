// Mixup: training on blends of two pictures.
#pragma once

#include <boost/random/beta_distribution.hpp>
#include <cstdint>
#include <limits>
#include <span>

#include "runtime/core/random.hpp"

namespace tn {

/// Fills `out` with share * picture i + (1 - share) * another picture of the batch, for the n pictures of `images`,
/// each with a share of its own from Beta(alpha + 1, alpha); the label stays that of picture i. In expectation that is
/// the objective of mixup (Zhang, Cisse, Dauphin and Lopez-Paz, 2018), whose share is from Beta(alpha, alpha) and whose
/// loss is the mean of both labels' by the share: each picture of a pair is the labelled one with the share's
/// probability, and share * Beta(share; alpha, alpha) is Beta(share; alpha + 1, alpha) up to a constant. A batch of one
/// is left as it is.
inline void mix_pairs(std::span<const float> images, int n, float alpha, Random random, std::span<float> out) {
    struct Words {
        Random& random;
        using result_type = std::uint32_t;
        static constexpr result_type min() { return 0; }
        static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
        result_type operator()() { return random.word(); }
    } words{random};
    boost::random::beta_distribution<double> beta(double{alpha} + 1, double{alpha});
    const std::size_t size = images.size() / static_cast<std::size_t>(n);
    const std::uint32_t apart = n > 1 ? 1 + random.below(static_cast<std::uint32_t>(n - 1)) : 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        const auto share = static_cast<float>(beta(words));
        const std::size_t other = (i + apart) % static_cast<std::size_t>(n);
        for (std::size_t k = 0; k < size; ++k)
            out[i * size + k] = share * images[i * size + k] + (1 - share) * images[other * size + k];
    }
}

}  // namespace tn
