#define BOOST_TEST_MODULE mixup
#include "runtime/train/mixup.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

using namespace tn;

namespace {

/// Picture i is 1 at place i and 0 elsewhere, so that shares can be read off.
std::vector<float> blends(int n, float alpha, std::uint64_t step) {
    std::vector<float> images(n * n), out(images.size(), 9);
    for (int i = 0; i < n; ++i) images[i * n + i] = 1;
    std::vector<Blend> drawn(n);
    draw_blends(alpha, Random(1, stream::mixup, step), drawn);
    blend_pictures(images, drawn, out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_picture_is_a_blend_of_itself_and_one_other) {
    for (std::uint64_t step = 0; step < 20; ++step) {
        const int n = 7;
        const auto out = blends(n, 0.4f, step);
        for (int i = 0; i < n; ++i) {
            float sum = 0;
            int parts = 0;
            for (int k = 0; k < n; ++k) {
                const float share = out[i * n + k];
                BOOST_TEST((share >= 0 && share <= 1));
                sum += share;
                parts += share > 0;
            }
            BOOST_TEST(std::abs(sum - 1) < 1e-6f);
            BOOST_TEST(parts <= 2);
        }
    }
    BOOST_TEST((blends(7, 0.4f, 3) == blends(7, 0.4f, 3)));
    BOOST_TEST((blends(7, 0.4f, 3) != blends(7, 0.4f, 4)));
}

BOOST_AUTO_TEST_CASE(shares_have_the_mean_and_variance_of_their_distribution) {
    for (const float alpha : {0.2f, 1.0f, 4.0f}) {
        double sum = 0, squares = 0;
        const int n = 50, steps = 400;
        for (int step = 0; step < steps; ++step) {
            const auto out = blends(n, alpha, step);
            for (int i = 0; i < n; ++i) {
                const double share = double{out[i * n + i]};
                sum += share;
                squares += share * share;
            }
        }
        const double a = double{alpha} + 1, b = double{alpha}, count = n * steps;
        const double mean = a / (a + b), variance = a * b / ((a + b) * (a + b) * (a + b + 1));
        BOOST_TEST(std::abs(sum / count - mean) < 5 * std::sqrt(variance / count), "alpha " << alpha);
        BOOST_TEST(std::abs(squares / count - sum / count * (sum / count) - variance) < 0.05 * variance + 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(a_batch_of_one_stays_as_it_is) {
    const auto out = blends(1, 0.5f, 1);
    BOOST_TEST(out[0] == 1);
}
