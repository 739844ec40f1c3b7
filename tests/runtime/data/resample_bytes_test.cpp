// Scaling to the bytes that Pillow 13 gave for the same planes.
#define BOOST_TEST_MODULE resample_bytes
#include "runtime/data/resample_bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "runtime/data/image.hpp"

using namespace tn;
using Bytes = std::vector<std::uint8_t>;

namespace {

Bytes plane(int height, int width) {
    Bytes bytes;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            bytes.push_back(static_cast<std::uint8_t>((y * 37 + x * 91 + y * x * 13 % 101) % 256));
    return bytes;
}

/// The part of `to` that a window of these sides shows, of a plane that is scaled to it.
Bytes scaled(int height, int width, SourceWindow to, int out_height, int out_width) {
    const Bytes in = plane(height, width);
    Bytes out(static_cast<std::size_t>(out_height * out_width));
    resample_bytes({in.data(), height, width, width}, {out.data(), out_height, out_width, out_width}, to);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_pillow) {
    const Bytes smaller{96,  126, 121, 133, 118, 138, 135, 137, 116, 92,  109, 133, 117, 110, 118,
                        107, 88,  162, 148, 92,  142, 130, 138, 142, 106, 116, 179, 138, 126, 120};
    const Bytes larger{0,  33,  85,  137, 170, 76,  17,  9,  43,  97,  151, 186, 94,  36,
                       28, 64,  122, 179, 218, 129, 74,  46, 85,  146, 175, 191, 142, 112,
                       65, 106, 171, 140, 104, 132, 150, 74, 116, 183, 122, 60,  127, 169};
    BOOST_TEST(scaled(9, 13, {5, 6, 0, 0}, 5, 6) == smaller, boost::test_tools::per_element());
    BOOST_TEST(scaled(3, 4, {6, 7, 0, 0}, 6, 7) == larger, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_window_shows_a_part_of_the_whole) {
    const Bytes whole = scaled(9, 13, {5, 6, 0, 0}, 5, 6), part = scaled(9, 13, {5, 6, 1, 2}, 3, 2);
    for (std::size_t y = 0; y < 3; ++y)
        for (std::size_t x = 0; x < 2; ++x) BOOST_TEST(part[y * 2 + x] == whole[(y + 1) * 6 + x + 2]);
}

BOOST_AUTO_TEST_CASE(a_picture_of_any_sides_gets_its_centre) {
    for (const auto& [height, width] : {std::pair{1, 1}, {1, 60000}, {60000, 1}, {300, 200}, {224, 224}, {64, 64}}) {
        const Picture picture{{1, height, width},
                              Bytes(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 77)};
        const Picture centre = resize(picture, {1, 56, 56}, Fit::centre);
        BOOST_TEST((centre.pixels == Bytes(56 * 56, 77)));
    }
    Picture stripes{{1, 64, 128}, {}};  // scaled by 1, so that the centre is cut out
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 128; ++x) stripes.pixels.push_back(static_cast<std::uint8_t>(x));
    const Picture centre = resize(stripes, {1, 56, 56}, Fit::centre);
    BOOST_TEST(int{centre.pixels[0]} == 36);
    BOOST_TEST(int{centre.pixels[55]} == 91);
}
