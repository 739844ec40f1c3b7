#define BOOST_TEST_MODULE trivial_augment
#include "runtime/data/trivial_augment.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/data/augment_draw.hpp"

using namespace tn;

namespace {

std::vector<int> changed(const std::vector<std::uint8_t>& bytes, PictureShape shape, const TrivialChange& change) {
    std::vector<std::uint8_t> out(bytes.size());
    change_trivially(change, bytes, shape, out);
    return {out.begin(), out.end()};
}

template <class F> std::vector<std::uint8_t> bytes(int count, F value) {
    std::vector<std::uint8_t> all;
    for (int i = 0; i < count; ++i) all.push_back(static_cast<std::uint8_t>(value(i)));
    return all;
}

constexpr Normalise as_bytes{{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}};

Augmentation trivial(float amount) {
    Augmentation a;
    a.trivial = {1, amount};
    return a;
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_change_as_in_torchvision) {
    const auto small = bytes(16, [](int i) { return (i * 37 + 11) % 200 + 20; });
    // What torchvision's functions of a uint8 tensor give.
    const auto check = [&](const TrivialChange& change, const std::vector<int>& wanted) {
        BOOST_TEST(changed(small, {1, 4, 4}, change) == wanted, boost::test_tools::per_element());
    };
    check({Trivial::brightness, 1.5f}, {46, 102, 157, 213, 255, 255, 79, 135, 190, 246, 255, 57, 112, 168, 223, 255});
    check({Trivial::contrast, 0.25f}, {98, 107, 117, 126, 135, 144, 104, 113, 122, 131, 141, 100, 109, 118, 128, 137});
    check({Trivial::sharpness, 0.5f}, {31, 68, 105, 142, 179, 185, 76, 90, 127, 156, 178, 38, 75, 112, 149, 186});
    check({Trivial::posterize, 3}, {0, 64, 96, 128, 160, 192, 32, 64, 96, 160, 192, 32, 64, 96, 128, 160});
    check({Trivial::solarize, 128}, {31, 68, 105, 113, 76, 39, 53, 90, 127, 91, 54, 38, 75, 112, 106, 69});
    check({Trivial::autocontrast, 0}, {0, 51, 102, 153, 204, 255, 30, 81, 132, 183, 234, 9, 60, 111, 162, 213});
    check({Trivial::equalize, 0}, {small.begin(), small.end()});   // too few pixels for 255 steps
    check({Trivial::colour, 0.5f}, {small.begin(), small.end()});  // grey has none
    const auto large =
        changed(bytes(1024, [](int i) { return (i * i * 7 + i) % 97 + 30; }), {1, 32, 32}, {Trivial::equalize, 0});
    const std::array<int, 12> wanted{0, 42, 119, 228, 77, 255, 213, 193, 235, 255, 126, 255};
    BOOST_TEST(std::equal(wanted.begin(), wanted.end(), large.begin()));
    int sum = 0;
    for (int v : large) sum += v;
    BOOST_TEST(sum == 160878);
    BOOST_TEST((changed({200, 40, 90}, {3, 1, 1}, {Trivial::colour, 0.5f}) == std::vector<int>{146, 66, 91}));
}

BOOST_AUTO_TEST_CASE(each_plane_is_stretched_and_equalized_by_itself_and_one_value_stays) {
    std::vector<std::uint8_t> planes = bytes(12, [](int i) { return i < 6 ? 100 + i : 7; });
    planes.resize(18, 255);
    const auto out = changed(planes, {3, 2, 3}, {Trivial::autocontrast, 0});
    BOOST_TEST((std::vector(out.begin(), out.begin() + 6) == std::vector<int>{0, 51, 102, 153, 204, 255}));
    BOOST_TEST(std::all_of(out.begin() + 6, out.begin() + 12, [](int v) { return v == 7; }));
    BOOST_TEST(std::all_of(out.begin() + 12, out.end(), [](int v) { return v == 255; }));
    BOOST_TEST(
        (changed(std::vector<std::uint8_t>(600, 9), {1, 20, 30}, {Trivial::equalize, 0}) == std::vector<int>(600, 9)));
}

BOOST_AUTO_TEST_CASE(changes_are_equally_likely_with_the_published_ranges) {
    struct Range {
        float least = 1e9f, most = -1e9f;
        int count = 0;
    };
    std::array<Range, trivial_changes> seen;
    const int draws = 14000;
    for (int i = 0; i < draws; ++i) {
        Random random(5, stream::augment, i);
        const TrivialChange change = draw_trivial(1, random);
        Range& range = seen[static_cast<std::size_t>(change.kind)];
        range.least = std::min(range.least, change.strength), range.most = std::max(range.most, change.strength);
        ++range.count;
    }
    for (const Range& range : seen) BOOST_TEST(std::abs(range.count - 1000) < 150);
    const auto check = [&](Trivial kind, float least, float most) {
        const Range& range = seen[static_cast<std::size_t>(kind)];
        BOOST_TEST(std::abs(range.least - least) < 1e-4f);
        BOOST_TEST(std::abs(range.most - most) < 1e-4f);
    };
    for (const Trivial kind : {Trivial::shear_x, Trivial::shear_y}) check(kind, -0.99f, 0.99f);
    for (const Trivial kind : {Trivial::translate_x, Trivial::translate_y}) check(kind, -32, 32);
    check(Trivial::rotate, -135, 135);
    for (const Trivial kind : {Trivial::brightness, Trivial::colour, Trivial::contrast, Trivial::sharpness})
        check(kind, 0.01f, 1.99f);
    check(Trivial::posterize, 2, 8);
    check(Trivial::solarize, 0, 255);
    for (int i = 0; i < 500; ++i) {
        Random random(5, stream::augment, i);
        const TrivialChange weak = draw_trivial(0.5f, random);
        if (weak.kind == Trivial::rotate) BOOST_TEST(std::abs(weak.strength) <= 67.51f);
    }
}

BOOST_AUTO_TEST_CASE(places_move_about_the_point_that_they_should) {
    constexpr int side = 100;
    constexpr std::size_t plane = side * side;
    // Where a value came from can be read off it: twice x, then twice y.
    std::vector<std::uint8_t> places = bytes(3 * plane, [](int i) {
        return i < side * side ? 2 * (i % side) : i < 2 * side * side ? 2 * (i / side % side) : 77;
    });
    std::array<int, 6> seen{};
    for (std::uint64_t i = 0; i < 120; ++i) {
        const Random random(1, stream::augment, i);
        const TrivialChange change = draw_augmentation(trivial(0.4f), {3, side, side}, random).trivial;
        if (change.changes_values()) continue;
        ++seen[static_cast<std::size_t>(change.kind)];
        std::vector<float> out(places.size());
        augment(places, {3, side, side}, trivial(0.4f), as_bytes, random, out);
        double worst = 0;
        int inside = 0;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const double by = double{change.strength}, angle = by * 0.017453292519943295, middle = (side - 1) / 2.0;
                double from_x = x, from_y = y;
                if (change.kind == Trivial::translate_x) from_x += by;
                if (change.kind == Trivial::translate_y) from_y += by;
                if (change.kind == Trivial::shear_x) from_x += by * (y + 0.5);
                if (change.kind == Trivial::shear_y) from_y += by * (x + 0.5);
                if (change.kind == Trivial::rotate) {
                    from_x = middle + std::cos(angle) * (x - middle) + std::sin(angle) * (y - middle);
                    from_y = middle + std::cos(angle) * (y - middle) - std::sin(angle) * (x - middle);
                }
                if (std::min(from_x, from_y) < 0 || std::max(from_x, from_y) > side - 1) continue;
                ++inside;
                const std::size_t k = y * side + x;
                worst = std::max(
                    {worst, std::abs(double{out[k]} / 2 - from_x), std::abs(double{out[plane + k]} / 2 - from_y)});
            }
        BOOST_TEST(worst < 2e-3, "change " << static_cast<int>(change.kind));
        BOOST_TEST(inside > 3000);
    }
    for (const int count : seen) BOOST_TEST(count > 0);
}

BOOST_AUTO_TEST_CASE(other_changes_come_on_top) {
    // Mirrored whether or not values changed before: bytes are changed first, then read at other places.
    const auto picture = bytes(3 * 8 * 6, [](int i) { return i * 41 % 256; });
    const PictureShape shape{3, 8, 6};
    Augmentation mirrored = trivial(1);
    mirrored.flip = {1, 1};
    int compared = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const Random random(1, stream::augment, i);
        const TrivialChange change = draw_augmentation(mirrored, shape, random).trivial;
        if (!change.changes_values()) continue;
        ++compared;
        std::vector<float> out(picture.size());
        augment(picture, shape, mirrored, as_bytes, random, out);
        const auto wanted = changed(picture, shape, change);
        for (std::size_t k = 0; k < out.size(); ++k)
            BOOST_REQUIRE_SMALL(out[k] - static_cast<float>(wanted[k / 6 * 6 + 5 - k % 6]), 1e-3f);
    }
    BOOST_TEST(compared > 10);
}
