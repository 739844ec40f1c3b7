// What moves the pixels of a picture.
#define BOOST_TEST_MODULE augment_places
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/data/augment_draw.hpp"
#include "tests/runtime/data/augmented.hpp"

using namespace tn;
using namespace tn::test;

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
