// What changes the values of a picture: light, colours, erasing and noise.
#define BOOST_TEST_MODULE augment_values
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/data/augment_draw.hpp"
#include "tests/runtime/data/augmented.hpp"

using namespace tn;
using namespace tn::test;

BOOST_AUTO_TEST_CASE(brightness_adds_one_number_within_its_range) {
    Picture p = random_picture({3, 6, 7}, 4);
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(100 + v % 56);
    double most = 0, least = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto out = augmented(p, only(&Augmentation::brightness, 1, 0.2f), i);
        const float add = out[0] - p.pixels[0];
        for (std::size_t k = 0; k < out.size(); ++k) BOOST_REQUIRE_SMALL(out[k] - p.pixels[k] - add, 1e-3f);
        most = std::max(most, double{add});
        least = std::min(least, double{add});
    }
    BOOST_TEST(most <= 51.01);
    BOOST_TEST(most > 40);
    BOOST_TEST(least >= -51.01);
    BOOST_TEST(least < -40);
}

BOOST_AUTO_TEST_CASE(contrast_scales_around_the_mean_within_its_range) {
    Picture p = random_picture({1, 10, 10}, 5);
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(100 + v % 50);
    double mean = 0, most = 1, least = 1;
    for (auto v : p.pixels) mean += v / 100.0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto out = augmented(p, only(&Augmentation::contrast, 1, 0.5f), i);
        std::size_t far = 0;
        for (std::size_t k = 0; k < 100; ++k)
            if (std::abs(p.pixels[k] - mean) > std::abs(p.pixels[far] - mean)) far = k;
        const double gain = (out[far] - mean) / (p.pixels[far] - mean);
        for (std::size_t k = 0; k < 100; ++k) BOOST_REQUIRE_SMALL(out[k] - mean - gain * (p.pixels[k] - mean), 1e-3);
        most = std::max(most, gain);
        least = std::min(least, gain);
    }
    BOOST_TEST(most <= 1.501);
    BOOST_TEST(most > 1.4);
    BOOST_TEST(least >= 1 / 1.501);
    BOOST_TEST(least < 1 / 1.4);
}

BOOST_AUTO_TEST_CASE(contrast_keeps_the_mean_of_a_large_picture) {
    // A sum in float stops growing at 2^24 times a value's size: the mean would come out too low.
    Picture p{{1, 3000, 3000}, std::vector<std::uint8_t>(9'000'000, 201)};
    std::fill_n(p.pixels.begin(), 4'500'000, std::uint8_t{200});
    const auto out = augmented(p, only(&Augmentation::contrast, 1, 0.5f), 1);
    BOOST_TEST(std::abs(out.front() - 200.5f) < 0.8f);
    BOOST_TEST(std::abs(out.back() - 200.5f) < 0.8f);
}

BOOST_AUTO_TEST_CASE(erase_fills_one_rectangle_with_one_grey_and_leaves_the_rest) {
    const Picture p = random_picture({3, 40, 50}, 6);
    double largest = 0;
    std::vector<int> touched(2000);
    for (std::uint64_t i = 0; i < 150; ++i) {
        const auto out = augmented(p, only(&Augmentation::erase, 1, 0.2f), i);
        int top = 99, bottom = -1, left = 99, right = -1;
        for (int y = 0; y < 40; ++y)
            for (int x = 0; x < 50; ++x) {
                const std::size_t k = y * 50 + x;
                bool changed = false;
                for (std::size_t c = 0; c < 3; ++c)
                    changed = changed || std::abs(out[c * 2000 + k] - p.pixels[c * 2000 + k]) > 1e-3f;
                if (!changed) continue;
                top = std::min(top, y), bottom = std::max(bottom, y), left = std::min(left, x),
                right = std::max(right, x);
                ++touched[k];
            }
        BOOST_REQUIRE(bottom >= 0);
        const std::size_t corner = top * 50 + left;
        bool filled = true;
        for (int y = top; y <= bottom; ++y)
            for (int x = left; x <= right; ++x)
                for (std::size_t c = 0; c < 3; ++c) BOOST_REQUIRE_EQUAL(out[c * 2000 + y * 50 + x], out[corner]);
        BOOST_TEST(filled);
        largest = std::max(largest, (bottom - top + 1) * (right - left + 1) / 2000.0);
    }
    BOOST_TEST(largest <= 0.2);
    BOOST_TEST(largest > 0.15);
    // It comes to nearly every place of the picture, up to its edges.
    BOOST_TEST(std::count(touched.begin(), touched.end(), 0) < 100);
    for (std::size_t edge : {25u, 1000u, 1049u, 1975u}) BOOST_TEST(touched[edge] > 0);
}

BOOST_AUTO_TEST_CASE(noise_is_different_everywhere_and_no_stronger_than_asked_for) {
    const Picture p{{1, 60, 60}, std::vector<std::uint8_t>(3600, 128)};
    double most = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto out = augmented(p, only(&Augmentation::noise, 1, 0.1f), i);
        double sum = 0, squares = 0, neighbours = 0;
        for (std::size_t k = 0; k < out.size(); ++k) {
            const double d = out[k] - 128.0;
            sum += d, squares += d * d;
            if (k) neighbours += d * (out[k - 1] - 128.0);
        }
        const double deviation = std::sqrt(squares / 3600);
        BOOST_TEST(std::abs(sum / 3600) <= 5 * deviation / 60 + 1e-3);
        BOOST_TEST(std::abs(neighbours) <= 5 * squares / 60 + 1e-3);
        most = std::max(most, deviation);
    }
    BOOST_TEST(most <= 25.5 * 1.05);
    BOOST_TEST(most > 25.5 * 0.85);
}

/// As (red, green, blue), 0 .. 255.
using Pixel = std::array<float, 3>;

Pixel recoloured(Pixel p, const ColourChange& change) {
    recolour(change, p[0], p[1], p[2]);
    return p;
}

BOOST_AUTO_TEST_CASE(hue_and_saturation_are_those_of_torchvision) {
    constexpr Pixel pixels[] = {{200, 40, 90},   {10, 220, 100}, {30, 60, 250},
                                {128, 128, 128}, {255, 255, 0},  {5, 5, 6}};
    // Of torchvision's adjust_hue and adjust_saturation, times 255; its grey has 0.2989 for 0.299.
    const auto check = [&](const ColourChange& change, const std::vector<Pixel>& wanted) {
        for (std::size_t i = 0; i < wanted.size(); ++i)
            for (std::size_t c = 0; c < 3; ++c)
                BOOST_TEST(std::abs(recoloured(pixels[i], change)[c] - wanted[i][c]) < 0.05f);
    };
    check({.hue = 0.6f}, {{200, 86, 40}, {10, 214, 220}, {132, 30, 250}, {128, 128, 128}, {102, 255, 0}, {5.6f, 5, 6}});
    check({.hue = 4.2f}, {{40, 58, 200}, {220, 142, 10}, {30, 250, 44}, {128, 128, 128}, {255, 0, 204}, {5, 6, 5.2f}});
    check({.hue = 3}, {{40, 200, 150}, {220, 10, 130}, {250, 220, 30}, {128, 128, 128}, {0, 0, 255}, {6, 6, 5}});
    check({.saturation = 0}, {{93.52f, 93.52f, 93.52f},
                              {143.529f, 143.529f, 143.529f},
                              {72.687f, 72.687f, 72.687f},
                              {127.987f, 127.987f, 127.987f},
                              {225.904f, 225.904f, 225.904f},
                              {5.113f, 5.113f, 5.113f}});
    check({.saturation = 1.9f}, {{255, 0, 86.832f},
                                 {0, 255, 60.824f},
                                 {0, 48.582f, 255},
                                 {128.012f, 128.012f, 128.012f},
                                 {255, 255, 0},
                                 {4.898f, 4.898f, 6.798f}});
}

BOOST_AUTO_TEST_CASE(hue_is_turned_by_one_part_of_the_circle_within_its_range) {
    const Picture p = random_picture({3, 6, 7}, 4);
    const auto value = [&](std::size_t k) { return static_cast<float>(p.pixels[k]); };
    double most = 0, least = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const Augmentation a = only(&Augmentation::hue, 1, 0.2f);
        const auto out = augmented(p, a, i);
        const float hue = draw_augmentation(a, p.shape, Random(1, stream::augment, i)).colours.hue;
        for (std::size_t k = 0; k < 42; ++k) {
            const Pixel wanted = recoloured({value(k), value(42 + k), value(84 + k)}, {.hue = hue});
            for (std::size_t c = 0; c < 3; ++c) BOOST_REQUIRE_SMALL(out[c * 42 + k] - wanted[c], 1e-3f);
        }
        BOOST_TEST((hue >= 0 && hue <= 6));
        const double part = double{hue > 3 ? hue - 6 : hue} / 6;
        most = std::max(most, part);
        least = std::min(least, part);
    }
    BOOST_TEST(most <= 0.2001);
    BOOST_TEST(most > 0.15);
    BOOST_TEST(least >= -0.2001);
    BOOST_TEST(least < -0.15);
}

BOOST_AUTO_TEST_CASE(saturation_scales_around_each_pixel_s_grey_within_its_range) {
    Picture p = random_picture({3, 6, 7}, 4);
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(120 + v % 16);  // nothing is clipped
    for (const float amount : {0.4f, 1.8f}) {
        double most = 1, least = 1;
        for (std::uint64_t i = 0; i < 100; ++i) {
            const auto out = augmented(p, only(&Augmentation::saturation, 1, amount), i);
            const double factor = double{out[0] - out[42]} / (p.pixels[0] - p.pixels[42]);
            for (std::size_t k = 0; k < 42; ++k) {
                const double grey = 0.299 * p.pixels[k] + 0.587 * p.pixels[42 + k] + 0.114 * p.pixels[84 + k];
                for (std::size_t c = 0; c < 3; ++c)
                    BOOST_REQUIRE_SMALL(out[c * 42 + k] - (grey + factor * (p.pixels[c * 42 + k] - grey)), 2e-3);
            }
            most = std::max(most, factor);
            least = std::min(least, factor);
        }
        const double highest = 1 + double{amount}, lowest = std::max(0.0, 1 - double{amount});
        BOOST_TEST(most <= highest + 1e-3);
        BOOST_TEST(most > highest - 0.1 * (highest - lowest));
        BOOST_TEST(least >= lowest - 1e-3);
        BOOST_TEST(least < lowest + 0.1 * (highest - lowest));
    }
}
