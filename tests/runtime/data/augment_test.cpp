#define BOOST_TEST_MODULE augment
#include "runtime/data/augment.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/data/augment_draw.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

/// Leaves values as they are: 0 .. 255.
const Normalise as_bytes{{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}};

constexpr int side = 100;
constexpr std::size_t plane = side * side;

/// Where a sampled value came from can be read off it: channel 0 is twice x, channel 1 twice y, channel 2 grey.
const Picture& places() {
    static const Picture picture = [] {
        Picture p{{3, side, side}, {}};
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x)
                    p.pixels.push_back(static_cast<std::uint8_t>(c == 0 ? 2 * x : c == 1 ? 2 * y : 77));
        return p;
    }();
    return picture;
}

Picture random_picture(PictureShape shape, std::uint64_t seed) {
    Picture p{shape, {}};
    Random random(seed, 1000);
    p.pixels.resize(shape.size());
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(random.word());
    return p;
}

std::vector<float> augmented(const Picture& p, const Augmentation& a, std::uint64_t index,
                             const Normalise& n = as_bytes, std::uint64_t seed = 1) {
    std::vector<float> out(p.shape.size(), std::nanf(""));
    augment(p.pixels, p.shape, a, n, Random(seed, stream::augment, index), out);
    return out;
}

std::vector<float> plain(const Picture& p, const Normalise& n = as_bytes) {
    std::vector<float> out(p.shape.size(), std::nanf(""));
    normalise(p.pixels, p.shape, n, out);
    return out;
}

Augmentation only(Change Augmentation::*change, float probability, float amount) {
    Augmentation a;
    a.*change = {probability, amount};
    return a;
}

/// The largest of many errors: one check instead of one a pixel.
struct Worst {
    double value = 0;
    void see(double error) { value = std::isfinite(error) ? std::max(value, std::abs(error)) : 1e30; }
};

/// Calls f(x - middle, y - middle, source x - middle, source y - middle) for the pixels whose source is inside.
template <class F> int each_place(const std::vector<float>& out, F f) {
    constexpr double middle = (side - 1) / 2.0;
    int inside = 0;
    Worst grey;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const std::size_t i = y * side + x;
            grey.see(out[2 * plane + i] - 77.0);
            const double from_x = out[i] / 2, from_y = out[plane + i] / 2;
            if (from_x < 0.01 || from_y < 0.01 || from_x > side - 1.01 || from_y > side - 1.01) continue;
            ++inside;
            f(x - middle, y - middle, from_x - middle, from_y - middle);
        }
    BOOST_TEST(grey.value < 1e-3);  // light and values stay as they are
    return inside;
}

constexpr Change Augmentation::*every_change[] = {
    &Augmentation::flip,         &Augmentation::rotate,  &Augmentation::zoom,       &Augmentation::crop,
    &Augmentation::shift,        &Augmentation::elastic, &Augmentation::brightness, &Augmentation::contrast,
    &Augmentation::erase,        &Augmentation::noise,   &Augmentation::saturation, &Augmentation::hue,
    &Augmentation::resized_crop, &Augmentation::trivial};

}  // namespace

BOOST_AUTO_TEST_CASE(every_point_of_the_elastic_grid_can_be_drawn_by_itself) {
    Random random(3, stream::augment, 5);
    random.word();
    const ElasticDraw draw{random, 0.06f};
    const auto all = draw.moves();
    for (int i = 0; i < std::ssize(all); ++i) {
        BOOST_TEST(all[i] == random.uniform(-0.06f, 0.06f));
        BOOST_TEST(draw.move(i) == all[i]);
    }
}

BOOST_AUTO_TEST_CASE(nothing_changes_when_all_is_off) {
    const Picture p = random_picture({3, 9, 14}, 1);
    Normalise n;
    n.mean = {0.1f, 0.4f, 0.7f};
    n.deviation = {0.2f, 0.3f, 0.5f};
    const auto wanted = plain(p, n);
    for (std::size_t i = 0; i < p.pixels.size(); ++i) {
        const std::size_t c = i / (9 * 14);
        BOOST_REQUIRE_CLOSE(wanted[i] + 10, (p.pixels[i] / 255.0f - n.mean[c]) / n.deviation[c] + 10, 1e-4f);
    }
    BOOST_TEST(augmented(p, Augmentation::none(), 5, n) == wanted);
    // Never drawn, however strong.
    Augmentation never;
    for (auto change : every_change) never.*change = {0, 1};
    for (std::uint64_t i = 0; i < 20; ++i) BOOST_TEST(augmented(p, never, i, n) == wanted);
    // Always drawn, but by nothing.
    Augmentation nothing;
    for (auto change : every_change)
        if (change != &Augmentation::flip && change != &Augmentation::trivial) nothing.*change = {1, 0};
    nothing.resized_crop.amount = 1;  // the whole picture
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto got = augmented(p, nothing, i);
        for (std::size_t k = 0; k < got.size(); ++k) BOOST_REQUIRE_SMALL(got[k] - p.pixels[k], 1e-3f);
    }
}

BOOST_AUTO_TEST_CASE(the_same_numbers_give_the_same_bits_and_others_another_picture) {
    const Picture p = random_picture({1, 16, 16}, 2);
    const auto first = augmented(p, Augmentation::strong(), 3);
    BOOST_TEST(first == augmented(p, Augmentation::strong(), 3));
    int equal = 0;
    for (std::uint64_t i = 4; i < 54; ++i) equal += first == augmented(p, Augmentation::strong(), i);
    BOOST_TEST(equal == 0);
    BOOST_TEST(first != augmented(p, Augmentation::strong(), 3, as_bytes, 2));
}

BOOST_AUTO_TEST_CASE(every_instruction_set_gives_the_same_bits) {
    // Widths around the vectors and the chunks that a row is worked on in; every change drawn now and then.
    for (PictureShape shape :
         {PictureShape{1, 128, 128}, PictureShape{3, 9, 37}, PictureShape{1, 3, 600}, PictureShape{3, 4, 256},
          PictureShape{1, 5, 257}, PictureShape{1, 7, 1}, PictureShape{1, 1, 15}}) {
        const Picture p = random_picture(shape, 9);
        Normalise n;
        n.mean = {0.3f, 0.4f, 0.7f};
        Augmentation all = Augmentation::strong();
        all.resized_crop = {0.5f, 0.2f};
        if (shape.channels == 3) all.saturation = {0.6f, 0.5f}, all.hue = {0.6f, 0.2f};
        for (std::uint64_t i = 0; i < 20; ++i) {
            const auto wanted = augmented(p, all, i, n);
            for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
                if (!available(isa)) continue;
                std::vector<float> out(shape.size(), std::nanf(""));
                augment(p.pixels, shape, all, n, Random(1, stream::augment, i), out, isa);
                BOOST_REQUIRE((out == wanted));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_wide_picture_is_sampled_like_its_parts) {
    // A ramp of one grey every three columns: shifted, it still climbs by one in three columns everywhere.
    Picture p{{1, 2, 700}, {}};
    for (int i = 0; i < 1400; ++i) p.pixels.push_back(static_cast<std::uint8_t>(i % 700 / 3));
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto out = augmented(p, only(&Augmentation::shift, 1, 0.1f), i);
        for (int x = 80; x < 619; ++x) BOOST_REQUIRE_SMALL(out[x + 3] - out[x] - 1, 0.01f);
    }
}

BOOST_AUTO_TEST_CASE(flip_mirrors_left_and_right_exactly) {
    for (PictureShape shape : {PictureShape{3, 5, 8}, PictureShape{1, 4, 7}, PictureShape{1, 1, 1}}) {
        const Picture p = random_picture(shape, 3);
        const auto original = plain(p), out = augmented(p, only(&Augmentation::flip, 1, 1), 0);
        const std::size_t width = shape.width;
        for (std::size_t i = 0; i < out.size(); ++i)
            BOOST_REQUIRE_EQUAL(out[i], original[i / width * width + width - 1 - i % width]);
    }
}

BOOST_AUTO_TEST_CASE(rotate_turns_around_the_middle_by_at_most_its_angle) {
    double most = 0, least = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        double angle = 10;
        Worst length, turn;
        const int inside = each_place(
            augmented(places(), only(&Augmentation::rotate, 1, 20), i), [&](double u, double v, double x, double y) {
                length.see(std::hypot(x, y) - std::hypot(u, v));
                if (std::hypot(u, v) < 10) return;
                const double here = std::remainder(std::atan2(y, x) - std::atan2(v, u), 6.2831853);
                if (angle == 10) angle = here;
                turn.see(here - angle);
            });
        BOOST_TEST(length.value < 2e-3);
        BOOST_TEST(turn.value < 1e-3);
        BOOST_TEST(inside > side * side * 3 / 4);
        most = std::max(most, angle * 57.29578);
        least = std::min(least, angle * 57.29578);
    }
    BOOST_TEST(most <= 20.01);
    BOOST_TEST(most > 15);
    BOOST_TEST(least >= -20.01);
    BOOST_TEST(least < -15);
}

/// The factors by which both axes are scaled, the same everywhere.
std::pair<double, double> scales(const std::vector<float>& out) {
    double wide = 0, high = 0;
    Worst bent;
    each_place(out, [&](double u, double v, double x, double y) {
        if (wide == 0) wide = x / u, high = y / v;
        bent.see(x - wide * u);
        bent.see(y - high * v);
    });
    BOOST_TEST(bent.value < 2e-2);
    return {wide, high};
}

BOOST_AUTO_TEST_CASE(zoom_scales_both_sides_alike_within_its_range) {
    double most = 1, least = 1;
    int larger = 0;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const auto [wide, high] = scales(augmented(places(), only(&Augmentation::zoom, 1, 0.25f), i));
        BOOST_TEST(std::abs(wide - high) < 2e-3);
        most = std::max(most, wide);
        least = std::min(least, wide);
        larger += wide > 1;
    }
    BOOST_TEST(most <= 1.251);
    BOOST_TEST(most > 1.2);
    BOOST_TEST(least >= 0.799);
    BOOST_TEST(least < 0.84);
    BOOST_TEST(std::abs(larger - 50) <= 20);
}

BOOST_AUTO_TEST_CASE(crop_changes_width_against_height_and_keeps_the_area) {
    double most = 1, least = 1;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto [wide, high] = scales(augmented(places(), only(&Augmentation::crop, 1, 0.2f), i));
        BOOST_TEST(std::abs(wide * high - 1) < 2e-3);
        most = std::max(most, wide / high);
        least = std::min(least, wide / high);
    }
    BOOST_TEST(most <= 1.203);
    BOOST_TEST(most > 1.15);
    BOOST_TEST(least >= 1 / 1.203);
    BOOST_TEST(least < 1 / 1.15);
}

BOOST_AUTO_TEST_CASE(shift_moves_all_by_one_step_within_its_range) {
    double right = 0, left = 0, down = 0, up = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
        double dx = 1000, dy = 1000;
        Worst different;
        const int inside = each_place(augmented(places(), only(&Augmentation::shift, 1, 0.1f), i),
                                      [&](double u, double v, double x, double y) {
                                          if (dx == 1000) dx = x - u, dy = y - v;
                                          different.see(x - u - dx);
                                          different.see(y - v - dy);
                                      });
        BOOST_TEST(different.value < 1e-3);
        BOOST_TEST(inside > 88 * 88);
        right = std::max(right, dx), left = std::min(left, dx), down = std::max(down, dy), up = std::min(up, dy);
    }
    for (double most : {right, -left, down, -up}) {
        BOOST_TEST(most <= 10.01);
        BOOST_TEST(most > 8);
    }
}

BOOST_AUTO_TEST_CASE(outside_the_picture_its_edge_is_repeated) {
    Picture p{{1, 20, 20}, std::vector<std::uint8_t>(400, 40)};
    for (std::size_t y = 0; y < 20; ++y) p.pixels[y * 20] = 200;
    bool seen = false;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto out = augmented(p, only(&Augmentation::shift, 1, 0.5f), i);
        for (float v : out) BOOST_REQUIRE(v > 39.9f);
        // Moved to the right: the lit left edge fills what is uncovered.
        if (out[3] > 199 && out[19] < 41) {
            seen = true;
            for (std::size_t x = 0; x < 3; ++x) BOOST_REQUIRE_CLOSE(out[x], 200.0f, 0.01f);
        }
    }
    BOOST_TEST(seen);
}

BOOST_AUTO_TEST_CASE(elastic_moves_are_bounded_smooth_and_different_from_place_to_place) {
    double most = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        std::vector<std::pair<double, double>> moves;
        Worst move, step;
        each_place(augmented(places(), only(&Augmentation::elastic, 1, 0.08f), i),
                   [&](double u, double v, double x, double y) {
                       move.see(x - u);
                       move.see(y - v);
                       most = std::max(most, std::abs(x - u));
                       // One pixel further the move differs little: the spline's slope is at most 2 x 8 pixels a cell
                       // of 20.
                       if (!moves.empty() && u > -49 && std::abs(moves.back().first - u) < 1.5)
                           step.see(moves.back().second - (x - u));
                       moves.emplace_back(u, x - u);
                   });
        BOOST_TEST(move.value <= 8.001);
        BOOST_TEST(step.value < 1);
        const auto [low, high] =
            std::minmax_element(moves.begin(), moves.end(), [](auto a, auto b) { return a.second < b.second; });
        BOOST_TEST(high->second - low->second > 1);  // not one shift of the whole picture
    }
    BOOST_TEST(most > 4);
}

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

BOOST_AUTO_TEST_CASE(a_resized_crop_is_a_window_within_the_picture_of_any_area_and_ratio_of_its_ranges) {
    double largest = 0, smallest = 1, widest = 1, highest = 1, mean = 0;
    std::array<double, 4> edges{1, 1, 1, 1};  // left, right, top, bottom: the least distance of a window from it
    for (std::uint64_t i = 0; i < 300; ++i) {
        const auto drawn = draw_augmentation(only(&Augmentation::resized_crop, 1, 0.25f), {3, side, side},
                                             Random(1, stream::augment, i));
        const auto out = augmented(places(), only(&Augmentation::resized_crop, 1, 0.25f), i);
        Worst different;
        const int seen = each_place(out, [&](double u, double v, double x, double y) {
            different.see(x - (double{drawn.xx} * u + double{drawn.dx}));
            different.see(y - (double{drawn.yy} * v + double{drawn.dy}));
        });
        BOOST_TEST(seen > 9000);  // what lies within a pixel of the edge is not counted
        BOOST_TEST(different.value < 2e-3);
        const double wide = double{drawn.xx}, high = double{drawn.yy}, x = double{drawn.dx} / side,
                     y = double{drawn.dy} / side;
        const std::array<double, 4> apart{0.5 + x - wide / 2, 0.5 - x - wide / 2, 0.5 + y - high / 2,
                                          0.5 - y - high / 2};
        for (std::size_t k = 0; k < 4; ++k) {
            BOOST_TEST(apart[k] > -1e-5);
            edges[k] = std::min(edges[k], apart[k]);
        }
        largest = std::max(largest, wide * high), smallest = std::min(smallest, wide * high);
        widest = std::max(widest, wide / high), highest = std::max(highest, high / wide);
        mean += wide * high / 300;
    }
    BOOST_TEST(largest > 0.9);
    BOOST_TEST(smallest >= 0.2499);
    BOOST_TEST(smallest < 0.28);
    // Windows that do not fit are drawn anew, so that large areas are somewhat less likely than small ones.
    BOOST_TEST(std::abs(mean - 0.6) < 0.05);
    for (double ratio : {widest, highest}) {
        BOOST_TEST(ratio <= 1.3334);
        BOOST_TEST(ratio > 1.28);
    }
    for (double least : edges) BOOST_TEST(least < 0.01);
}

BOOST_AUTO_TEST_CASE(what_is_drawn_later_leaves_the_other_changes_of_a_seed_as_they_are) {
    const Picture p = random_picture({3, 16, 16}, 2);
    Augmentation more = Augmentation::strong();
    more.resized_crop = {1, 1};  // the whole picture
    for (std::uint64_t i = 0; i < 20; ++i)
        BOOST_TEST((augmented(p, more, i) == augmented(p, Augmentation::strong(), i)));
}

BOOST_AUTO_TEST_CASE(each_change_comes_as_often_as_its_probability_says) {
    const Picture p = random_picture({3, 8, 8}, 7);
    const auto original = plain(p);
    for (const auto& change : every_change) {
        if (change == &Augmentation::trivial) continue;  // some of its changes leave such a picture as it is
        int changed = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const auto out = augmented(p, only(change, 0.3f, 0.2f), i);
            changed += !std::equal(out.begin(), out.end(), original.begin(),
                                   [](float a, float b) { return std::abs(a - b) < 1e-4f; });
        }
        BOOST_TEST(std::abs(changed - 300) < 60, changed << " of 1000 for change " << (&change - every_change));
    }
}

BOOST_AUTO_TEST_CASE(values_stay_within_black_and_white) {
    Augmentation wild;
    for (auto change : every_change) wild.*change = {0.7f, 2};
    wild.rotate = {0.7f, 360};
    wild.resized_crop = {0.7f, 0.01f};
    wild.crop_ratio = 10;
    bool inside = true;
    for (PictureShape shape :
         {PictureShape{3, 17, 11}, PictureShape{3, 9, 1}, PictureShape{1, 1, 1}, PictureShape{1, 1, 9}}) {
        const Picture p = random_picture(shape, 8);
        if (shape.channels == 1) wild.hue = wild.saturation = {};
        for (const Augmentation& a : {wild, Augmentation::strong(), Augmentation::light(), Augmentation::digits()})
            for (std::uint64_t i = 0; i < 200; ++i)
                for (float v : augmented(p, a, i)) inside = inside && v >= 0 && v <= 255.01f;
    }
    BOOST_TEST(inside);
}

BOOST_AUTO_TEST_CASE(what_describe_says_parses_back) {
    for (const Augmentation& a : {Augmentation::none(), Augmentation::light(), Augmentation::strong(),
                                  Augmentation::digits(), Augmentation::trivially()})
        BOOST_TEST((parse_augmentation(describe(a)) == a), describe(a));
    Random random(1, 1);
    for (int i = 0; i < 300; ++i) {
        Augmentation a;
        for (auto change : every_change)
            if (random.chance(0.5f)) a.*change = {random.uniform(), random.uniform(0, 360)};
        if (a.trivial != Change{}) a.trivial.amount = random.uniform();
        if (a.hue != Change{}) a.hue.amount = random.uniform(0, 0.5f);
        if (a.resized_crop != Change{}) {
            a.resized_crop.amount = random.uniform(0.01f, 1);
            if (random.chance(0.5f)) a.crop_ratio = random.uniform(1, 10);
        }
        BOOST_TEST((parse_augmentation(describe(a)) == a), describe(a));
    }
    BOOST_TEST(describe(Augmentation::none()) == "none");
    BOOST_TEST(describe(only(&Augmentation::rotate, 0.5f, 20)) == "none,rotate=0.5:20");
}

BOOST_AUTO_TEST_CASE(a_text_begins_with_a_preset_and_changes_it) {
    BOOST_TEST((parse_augmentation("strong") == Augmentation::strong()));
    BOOST_TEST((parse_augmentation("light") == Augmentation::light()));
    BOOST_TEST((parse_augmentation("digits") == Augmentation::digits()));
    BOOST_TEST((parse_augmentation("trivial") == Augmentation::trivially()));
    BOOST_TEST((parse_augmentation("none,flip=0.5:1,trivial=1:1") == Augmentation::trivially()));
    Augmentation wanted = Augmentation::strong();
    wanted.flip.probability = 0;
    wanted.rotate = {0.25f, 30};
    BOOST_TEST((parse_augmentation("strong,flip=0,rotate=0.25:30") == wanted));
    BOOST_TEST((parse_augmentation("rotate=1:5") == only(&Augmentation::rotate, 1, 5)));
    BOOST_TEST((parse_augmentation("flip=0.5") == only(&Augmentation::flip, 0.5f, 0)));
    BOOST_TEST((parse_augmentation("hue=1:0.5") == only(&Augmentation::hue, 1, 0.5f)));
    BOOST_TEST((parse_augmentation("saturation=0.5:0.4") == only(&Augmentation::saturation, 0.5f, 0.4f)));
    Augmentation cropped = only(&Augmentation::resized_crop, 1, 0.08f);
    BOOST_TEST(cropped.crop_ratio == 4.0f / 3);
    BOOST_TEST((parse_augmentation("resized-crop=1:0.08") == cropped));
    BOOST_TEST(describe(cropped) == "none,resized-crop=1:0.08");
    cropped.crop_ratio = 2;
    BOOST_TEST((parse_augmentation("resized-crop=1:0.08:2") == cropped));
    BOOST_TEST(describe(cropped) == "none,resized-crop=1:0.08:2");
}

BOOST_AUTO_TEST_CASE(a_wrong_text_is_an_error_that_names_the_part_and_what_there_is) {
    const auto said = [](const char* text) { return error_of([&] { parse_augmentation(text); }); };
    BOOST_TEST(said("") == "augmentation '' must be none, light, strong, digits or trivial");
    BOOST_TEST(said("weird") == "augmentation 'weird' must be none, light, strong, digits or trivial");
    BOOST_TEST(
        contains(said("strong,spin=1"),
                 "augmentation 'spin=1' must be name=probability[:amount] with a name of: "
                 "flip, rotate, zoom, crop, shift, elastic, brightness, contrast, erase, noise, saturation, hue, "
                 "resized-crop, trivial"));
    BOOST_TEST(contains(said("strong,light"), "'light' must be name=probability"));
    BOOST_TEST(contains(said("strong,"), "'' must be name=probability"));
    BOOST_TEST(said("flip=2") == "augmentation 'flip=2': the probability must be from 0 to 1");
    for (const char* bad : {"flip=", "flip=x", "flip=-1", "flip=nan", "flip=0.5:", "flip=0.5:1:2", "flip=1e99",
                            "flip=0.5 ", "rotate=1:361", "flip=inf"})
        BOOST_TEST(contains(said(bad), "must be a number from 0 to 360"), bad << ": " << said(bad));
    BOOST_TEST(said("rotate=0.5") == "augmentation 'rotate=0.5' must give an amount too, as in rotate=0.5:0.1");
    BOOST_TEST(said("trivial=1:1.5") == "augmentation 'trivial=1:1.5': the amount must be from 0 to 1");
    BOOST_TEST(said("hue=1:0.51") == "augmentation 'hue=1:0.51': the amount must be from 0 to 0.5");
    for (const char* bad : {"resized-crop=1:0", "resized-crop=1:1.01"})
        BOOST_TEST(said(bad) == "augmentation '" + std::string(bad) + "': the amount must be from 0.01 to 1");
    for (const char* bad : {"resized-crop=1:0.5:0.75", "resized-crop=1:0.5:11"})
        BOOST_TEST(said(bad) == "augmentation '" + std::string(bad) + "': the ratio must be from 1 to 10");
    for (const char* bad : {"resized-crop=1:0.5:", "resized-crop=1:0.5:2:2", "hue=1:0.1:2"})
        BOOST_TEST(contains(said(bad), "must be a number from 0 to 360"), bad << ": " << said(bad));
}

BOOST_AUTO_TEST_CASE(grey_pictures_have_no_colours_to_change) {
    const Picture grey = random_picture({1, 4, 4}, 1);
    BOOST_TEST(error_of([&] { augmented(grey, only(&Augmentation::hue, 1, 0.1f), 0); }) ==
               "augmentation 'hue' must be of pictures in colour, of 3 channels, not 1");
    BOOST_TEST(error_of([&] {
                   check_augmentation(only(&Augmentation::saturation, 0.5f, 0.1f), {4, 2, 2});
               }) == "augmentation 'saturation' must be of pictures in colour, of 3 channels, not 4");
    check_augmentation(only(&Augmentation::resized_crop, 1, 0.1f), {1, 2, 2});
}

BOOST_AUTO_TEST_CASE(the_fitted_numbers_make_mean_0_and_deviation_1) {
    Pictures set;
    set.shape = {3, 4, 5};
    for (int i = 0; i < 7; ++i) {
        const Picture p = random_picture(set.shape, 10 + i);
        for (std::size_t k = 0; k < p.pixels.size(); ++k)
            set.pixels.push_back(k / 20 == 2 ? 9 : static_cast<std::uint8_t>(p.pixels[k] / (1 + k / 20)));
        set.labels.push_back(0);
    }
    const Normalise n = fit_normalise(set);
    double sum[3]{}, squares[3]{};
    for (int i = 0; i < 7; ++i) {
        std::vector<float> out(60);
        normalise(set.picture(i), set.shape, n, out);
        for (std::size_t k = 0; k < 60; ++k) sum[k / 20] += out[k], squares[k / 20] += out[k] * out[k];
    }
    for (std::size_t c : {0u, 1u}) {
        BOOST_TEST(std::abs(sum[c] / 140) < 1e-4);
        BOOST_TEST(std::abs(squares[c] / 140 - 1) < 1e-4);
    }
    // A channel of one value has no deviation to divide by: 1/255 stands in.
    BOOST_TEST(n.deviation[2] == 1.0f / 255);
    BOOST_TEST(std::abs(sum[2]) < 1e-2);
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit_are_errors) {
    const Picture p = random_picture({1, 4, 4}, 1);
    std::vector<float> out(16), small(15);
    BOOST_TEST(contains(error_of([&] {
                            augment(p.pixels, {1, 4, 4}, {}, {}, Random(1, 1), small);
                        }),
                        "has 16 bytes and 15 values, but its shape needs 16"));
    BOOST_CHECK_THROW(normalise(std::span(p.pixels).first(9), {1, 4, 4}, {}, out), Error);
    BOOST_CHECK_THROW(normalise(p.pixels, {2, 4, 2}, {}, out), Error);
    BOOST_CHECK_THROW(augment({}, {1, 0, 0}, {}, {}, Random(1, 1), {}), Error);
}

BOOST_AUTO_TEST_CASE(a_sheet_shows_each_picture_as_it_is_and_then_augmented) {
    Pictures set;
    set.shape = {3, 6, 5};
    for (int i = 0; i < 4; ++i) {
        const Picture p = random_picture(set.shape, 20 + i);
        set.pixels.insert(set.pixels.end(), p.pixels.begin(), p.pixels.end());
        set.labels.push_back(0);
    }
    const Picture sheet = augmentation_sheet(set, only(&Augmentation::flip, 1, 1), 1, 2, 3);
    BOOST_TEST((sheet.shape == PictureShape{3, 12, 15}));
    for (int row = 0; row < 2; ++row)
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < 6; ++y)
                for (int x = 0; x < 15; ++x) {
                    const int from = x < 5 ? x : 4 - x % 5;
                    BOOST_REQUIRE_EQUAL(sheet.pixels[(c * 12 + row * 6 + y) * 15 + x],
                                        set.picture(2 * row)[(c * 6 + y) * 5 + from]);
                }
    BOOST_TEST(augmentation_sheet(set, {}, 1).shape.height == 4 * 6);  // no more rows than pictures
    BOOST_CHECK_THROW(augmentation_sheet(Pictures{{1, 4, 4}, {}, {}, {}, {}, {}}, {}, 1), Error);
}
