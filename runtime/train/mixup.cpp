#include "runtime/train/mixup.hpp"

#include <boost/random/beta_distribution.hpp>
#include <cstdint>
#include <limits>

namespace tn {

void draw_blends(float alpha, Random random, std::span<Blend> blends) {
    struct Words {
        Random& random;
        using result_type = std::uint32_t;
        static constexpr result_type min() { return 0; }
        static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
        result_type operator()() { return random.word(); }
    } words{random};
    boost::random::beta_distribution<double> beta(double{alpha} + 1, double{alpha});
    const std::size_t n = blends.size();
    const std::size_t apart = n > 1 ? 1 + random.below(static_cast<std::uint32_t>(n - 1)) : 0;
    for (std::size_t i = 0; i < n; ++i)
        blends[i] = {static_cast<float>(beta(words)), static_cast<int>((i + apart) % n)};
}

}  // namespace tn
