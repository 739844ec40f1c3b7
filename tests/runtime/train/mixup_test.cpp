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
    blend_pictures(images, drawn, 1, n, out);
    return out;
}

constexpr int height = 12, width = 9;

std::vector<Blend> cuts(int n, float alpha, std::uint64_t step) {
    std::vector<Blend> drawn(n);
    draw_cuts(alpha, height, width, Random(1, stream::mixup, step), drawn);
    return drawn;
}

double area(const Blend& b) { return (b.bottom - b.top) * (b.right - b.left) / double{height * width}; }

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
    BOOST_TEST(cuts(1, 1, 1)[0].other == 0);
}

BOOST_AUTO_TEST_CASE(a_cut_picture_is_of_two_pictures_one_within_a_rectangle_and_one_around_it) {
    const int n = 5, planes = 2, plane = height * width;
    std::vector<float> images(n * planes * plane), out(images.size(), -1);
    for (int i = 0; i < std::ssize(images); ++i) images[i] = static_cast<float>(i);
    bool around = false, within = false;
    for (std::uint64_t step = 0; step < 40; ++step) {
        const std::vector<Blend> drawn = cuts(n, 1, step);
        blend_pictures(images, drawn, height, width, out);
        const int apart = drawn[0].other;
        BOOST_TEST((apart >= 1 && apart < n));
        for (int i = 0; i < n; ++i) {
            const Blend& b = drawn[i];
            BOOST_TEST(b.other == (i + apart) % n);
            BOOST_TEST(b.share + b.share_within == 1);
            BOOST_TEST((b.share == 0 || b.share == 1));
            BOOST_TEST((b.top >= 0 && b.top <= b.bottom && b.bottom <= height));
            BOOST_TEST((b.left >= 0 && b.left <= b.right && b.right <= width));
            (b.share == 1 ? around : within) = true;
            for (int k = 0; k < planes * plane; ++k) {
                const int row = k / width % height, column = k % width;
                const bool inside = row >= b.top && row < b.bottom && column >= b.left && column < b.right;
                const int from = inside == (b.share == 0) ? i : b.other;
                BOOST_REQUIRE_EQUAL(out[i * planes * plane + k], images[from * planes * plane + k]);
            }
        }
    }
    BOOST_TEST((around && within));
    const auto same = [](const std::vector<Blend>& a, const std::vector<Blend>& b) {
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i].top != b[i].top || a[i].left != b[i].left || a[i].share != b[i].share) return false;
        return true;
    };
    BOOST_TEST(same(cuts(7, 0.4f, 3), cuts(7, 0.4f, 3)));
    BOOST_TEST(!same(cuts(7, 0.4f, 3), cuts(7, 0.4f, 4)));
}

BOOST_AUTO_TEST_CASE(a_cut_picture_is_what_its_label_says_by_the_areas_that_are_left) {
    for (const float alpha : {0.01f, 1.0f, 4.0f}) {
        double own = 0, areas = 0;
        const int n = 50, steps = 400;
        for (int step = 0; step < steps; ++step)
            for (const Blend& b : cuts(n, alpha, step)) {
                const double a = area(b);
                own += (b.share == 1 ? 1 : 0) - (1 - a);
                areas += a;
            }
        const double count = n * steps;
        BOOST_TEST(std::abs(own / count) < 5 * 0.5 / std::sqrt(count), "alpha " << alpha);
        // Half of the picture on average, less what lies beyond its edges.
        BOOST_TEST(areas / count < 0.5);
        BOOST_TEST(areas / count > 0.2);
    }
}

BOOST_AUTO_TEST_CASE(a_batch_is_mixed_one_way_or_the_other) {
    int cut = 0;
    for (std::uint64_t step = 0; step < 200; ++step) {
        std::vector<Blend> drawn(6), wanted(6);
        const auto draw = [&](const Mixing& mixing) {
            draw_mixing(mixing, height, width, Random(1, stream::mixup, step), drawn);
        };
        const auto shares = [](const std::vector<Blend>& blends) {
            std::vector<float> all;
            for (const Blend& b : blends) all.push_back(b.share);
            return all;
        };
        draw({.mixup = 0.3f});
        draw_blends(0.3f, Random(1, stream::mixup, step), wanted);
        BOOST_TEST((shares(drawn) == shares(wanted)));
        draw({.cutmix = 1});
        wanted = cuts(6, 1, step);
        for (std::size_t i = 0; i < 6; ++i) BOOST_TEST(area(drawn[i]) == area(wanted[i]));
        draw({.mixup = 0.3f, .cutmix = 1});
        int cuts_drawn = 0;
        for (const Blend& b : drawn) cuts_drawn += b.share + b.share_within == 1;  // one of each
        BOOST_TEST((cuts_drawn == 0 || cuts_drawn == 6));
        cut += cuts_drawn == 6;
    }
    BOOST_TEST(std::abs(cut - 100) < 35);
}
