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
    const int n = static_cast<int>(blends.size()), apart = n > 1 ? 1 + random.below(n - 1) : 0;
    for (int i = 0; i < n; ++i) blends[i] = {static_cast<float>(beta(words)), (i + apart) % n};
}

}  // namespace tn
