#include "runtime/train/mixup.hpp"

#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "dsl/core/index.hpp"

namespace tn {

namespace {

struct Words {
    Random& random;
    using result_type = std::uint32_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()() { return random.word(); }
};

/// Beta(alpha + 1, alpha), which stays a number however small alpha is.
using Shares = boost::random::beta_distribution<double>;
Shares shares(float alpha) { return Shares(double{alpha} + 1, double{alpha}); }

/// How many places further the other picture is, the same for all of a batch of n.
int draw_apart(int n, Random& random) { return n > 1 ? 1 + static_cast<int>(random.below(n - 1)) : 0; }

}  // namespace

void draw_blends(float alpha, Random random, std::span<Blend> blends) {
    Words words{random};
    Shares beta = shares(alpha);
    const int n = static_cast<int>(blends.size()), apart = draw_apart(n, random);
    for (int i = 0; i < n; ++i) {
        blends[i] = {};
        blends[i].share = static_cast<float>(beta(words));
        blends[i].other = (i + apart) % n;
    }
}

void draw_cuts(float alpha, int height, int width, Random random, std::span<Blend> blends) {
    Words words{random};
    Shares beta = shares(alpha);
    const int n = static_cast<int>(blends.size()), apart = draw_apart(n, random);
    for (int i = 0; i < n; ++i) {
        // Half of Beta(alpha + 1, alpha) and half of its mirror image are Beta(alpha, alpha).
        const double drawn = beta(words), part = random.chance(0.5f) ? drawn : 1 - drawn;
        Blend& blend = blends[i];
        blend = {};
        blend.other = (i + apart) % n;
        const auto cut = [&](int side, int& from, int& to) {
            const int long_as = static_cast<int>(side * std::sqrt(part)), middle = static_cast<int>(random.below(side));
            from = std::max(middle - long_as / 2, 0);
            to = std::min(middle - long_as / 2 + long_as, side);
        };
        cut(height, blend.top, blend.bottom);
        cut(width, blend.left, blend.right);
        const double area = static_cast<double>(Index{blend.bottom - blend.top} * (blend.right - blend.left)) /
                            static_cast<double>(Index{height} * width);
        const bool around = static_cast<double>(random.uniform()) >= area;
        blend.share = around ? 1.0f : 0.0f;
        blend.share_within = 1 - blend.share;
    }
}

void draw_mixing(const Mixing& mixing, int height, int width, Random random, std::span<Blend> blends) {
    const bool both = mixing.mixup > 0 && mixing.cutmix > 0;
    if (both ? random.chance(0.5f) : mixing.cutmix > 0)
        draw_cuts(mixing.cutmix, height, width, random, blends);
    else
        draw_blends(mixing.mixup, random, blends);
}

void blend_pictures(std::span<const float> images, std::span<const Blend> blends, int height, int width,
                    std::span<float> out) {
    const std::size_t size = images.size() / blends.size(), plane = Index{height} * width;
    for (std::size_t i = 0; i < blends.size(); ++i) {
        const Blend& blend = blends[i];
        const float* own = images.data() + i * size;
        const float* others = images.data() + blend.other * size;
        float* to = out.data() + i * size;
        // Row and column -1 are within no rectangle.
        for (std::size_t k = 0; k < size; ++k) to[k] = blend.of(own[k], others[k], -1, -1);
        for (std::size_t first = 0; first < size; first += plane)
            for (int row = blend.top; row < blend.bottom; ++row)
                for (int column = blend.left; column < blend.right; ++column) {
                    const std::size_t k = first + Index{row} * width + column;
                    to[k] = blend.of(own[k], others[k], row, column);
                }
    }
}

}  // namespace tn
