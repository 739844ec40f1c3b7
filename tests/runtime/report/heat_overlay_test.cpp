// Heat maps over pictures.
#define BOOST_TEST_MODULE heat_overlay
#include "runtime/report/heat_overlay.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/error.hpp"
#include "tests/runtime/report/chart_pixels.hpp"

using namespace tn;
using tn_test::pixel;

namespace {

Picture flat(PictureShape shape, std::uint8_t value) { return {shape, std::vector<std::uint8_t>(shape.size(), value)}; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_largest_value_is_brightest_and_lies_where_it_is) {
    const std::vector<float> heat{0, 0, 0, 4, 0, 2};  // 2 x 3
    for (const int channels : {1, 3}) {
        const Picture p = overlay_heat(flat({channels, 40, 60}, 100), heat, 2, 3);
        BOOST_TEST((p.shape == PictureShape{3, 40, 60}));
        BOOST_TEST((pixel(p, 2, 37) == Color{170, 175, 67}));  // half of 100 and half of the yellow
        BOOST_TEST((pixel(p, 2, 2) == Color{57, 54, 118}));    // of the violet
        BOOST_TEST((pixel(p, 30, 2) == Color{57, 54, 118}));
        BOOST_TEST((pixel(p, 57, 37) == Color{152, 86, 110}));  // half as much
        // In between it goes over.
        int before = 256;
        for (int x = 10; x <= 25; x += 5) {
            BOOST_TEST(int{pixel(p, x, 37).green} < before);
            before = pixel(p, x, 37).green;
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_violet_and_the_picture_shows) {
    Picture picture = flat({3, 4, 4}, 0);
    for (int i = 0; i < 16; ++i) picture.pixels[i] = 200;  // red
    const Picture p = overlay_heat(picture, std::vector<float>(4), 2, 2);
    BOOST_TEST((pixel(p, 0, 0) == Color{36, 34, 97}));
    const Picture other = overlay_heat(flat({3, 4, 4}, 255), std::vector<float>(4), 2, 2);
    BOOST_TEST(pixel(other, 0, 0).green > pixel(p, 0, 0).green + 80);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_an_error) {
    const std::vector<float> heat(4);
    BOOST_CHECK_THROW(overlay_heat(flat({1, 4, 4}, 0), heat, 2, 3), Error);
    BOOST_CHECK_THROW(overlay_heat(flat({1, 4, 4}, 0), {}, 0, 0), Error);
    BOOST_CHECK_THROW(overlay_heat({{1, 4, 4}, {1, 2}}, heat, 2, 2), Error);
}
