#define BOOST_TEST_MODULE image_webp
#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;

/// Whether this build reads WebP; a line that says so where it does not.
static bool is_read() {
    if (tn::image::decoder_of("WebP")) return true;
    std::cout << "SKIPPED: libwebp is not there\n";
    return false;
}

BOOST_AUTO_TEST_CASE(without_the_library_it_is_named) {
    if (tn::image::decoder_of("WebP")) return;
    BOOST_TEST(refusal(webp_file()) ==
               "x: is a WebP file, which this build does not read: install libwebp-dev and build again");
}

BOOST_AUTO_TEST_CASE(without_loss_and_with) {
    if (!is_read()) return;
    const Picture picture = tn::decode_picture(webp_file(), 3, "x");
    BOOST_TEST((picture.shape == PictureShape{3, 16, 24}));
    BOOST_TEST((picture.pixels == planes(quarters(), 3)));
    const Bytes lossy = tn::decode_picture(lossy_webp_file(), 1, "x").pixels,
                plain = tn::decode_picture(webp_file(), 1, "x").pixels;
    BOOST_TEST(difference(lossy, plain) <= 30);
}

BOOST_AUTO_TEST_CASE(what_is_transparent_is_on_white) {
    if (!is_read()) return;
    const Picture picture = tn::decode_picture(transparent_webp_file(), 3, "x");
    BOOST_TEST(picture.pixels.back() == 255);
    BOOST_TEST(picture.pixels.front() == 200);
}

BOOST_AUTO_TEST_CASE(turned_upright) {
    if (!is_read()) return;
    const Picture turned = tn::decode_picture(turned_webp_file(), 3, "x");
    BOOST_TEST((turned.shape == PictureShape{3, 24, 16}));
    BOOST_TEST(turned.pixels[0] == 40);    // the blue quarter, which was at the bottom left
    BOOST_TEST(turned.pixels[15] == 200);  // the red one
}

BOOST_AUTO_TEST_CASE(the_first_frame_of_an_animation) {
    if (!is_read()) return;
    BOOST_TEST((tn::decode_picture(animated_webp_file(), 3, "x").pixels == planes(quarters(), 3)));
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early) {
    if (!is_read()) return;
    for (const Bytes& file : {webp_file(), lossy_webp_file(), transparent_webp_file(), animated_webp_file()})
        for (std::size_t n = 12; n + 2 < file.size(); n += 3)
            BOOST_TEST(!refusal(first(file, n)).empty(), n << " of " << file.size());
    BOOST_TEST(contains(refusal(first(webp_file(), 40)), "it ends early"));
}
