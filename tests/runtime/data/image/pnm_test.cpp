#define BOOST_TEST_MODULE image_pnm
#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"

using namespace tn_test;
using tn::PictureShape;

static Bytes file_of(std::string_view header, const Bytes& pixels = {}) {
    Bytes file;
    text(file, header);
    return joined(file, pixels);
}
static Bytes pixels_of(std::string_view header, const Bytes& pixels = {}, int channels = 1) {
    return decode(tn::image::embedded_pnm, file_of(header, pixels), channels).pixels;
}
static std::string refusal_of(std::string_view header, const Bytes& pixels = {}) {
    return refusal(tn::image::embedded_pnm, file_of(header, pixels));
}

BOOST_AUTO_TEST_CASE(every_pixel_is_kept) {
    const Bytes colours = ramp(7, 5, 3), greys = ramp(7, 5, 1);
    BOOST_TEST((decode(tn::image::embedded_pnm, pnm(colours, 7, 5, 3)).pixels == planes(colours, 3)));
    BOOST_TEST((decode(tn::image::embedded_pnm, pnm(greys, 7, 5, 1), 1).pixels == greys));
}

BOOST_AUTO_TEST_CASE(any_maximum) {
    BOOST_TEST((pixels_of("P5 4 1 15\n", {0, 1, 8, 15}) == Bytes{0, 17, 136, 255}));
    BOOST_TEST((pixels_of("P5 3 1 1\n", {0, 1, 1}) == Bytes{0, 255, 255}));
    BOOST_TEST((pixels_of("P5 3 1 65535\n", {0, 0x7F, 0x81, 0x80, 0xFF, 0xFF}) == Bytes{0, 129, 255}));
    BOOST_TEST((pixels_of("P5 3 1 1023\n", {0, 0, 1, 0xFF, 3, 0xFF}) == Bytes{0, 127, 255}));
    BOOST_TEST((pixels_of("P5 3 1 256\n", {0, 0, 0, 128, 1, 0}) == Bytes{0, 128, 255}));
    BOOST_TEST((pixels_of("P6 1 1 100\n", {0, 50, 100}, 3) == Bytes{0, 128, 255}));
    BOOST_TEST((pixels_of("P5 1 1 15\n", {200}) == Bytes{255}));  // over its own maximum
}

BOOST_AUTO_TEST_CASE(ascii) {
    BOOST_TEST((pixels_of("P2\n# a comment\n3 2\n15\n0 1 2\n13 14 15") == Bytes{0, 17, 34, 221, 238, 255}));
    BOOST_TEST((pixels_of("P2 2 1 255 7 # and one more\n 8\n") == Bytes{7, 8}));
    BOOST_TEST((pixels_of("P3 2 1 255\n1 2 3\n4 5 6\n", {}, 3) == Bytes{1, 4, 2, 5, 3, 6}));
    BOOST_TEST(contains(refusal_of("P2 2 1 255 7"), "it ends early"));
    BOOST_TEST(contains(refusal_of("P2 2 1 255 7 x8 "), "its pixels must be numbers"));
}

// In a PBM 1 is black.
BOOST_AUTO_TEST_CASE(bits) {
    BOOST_TEST((pixels_of("P4\n10 2\n", {0b10110001, 0b01000000, 0, 0xFF}) ==
                Bytes{0, 255, 0, 0, 255, 255, 255, 0, 255, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0}));
    BOOST_TEST((pixels_of("P1\n# digits with and without space\n3 2\n101\n0 1 1") == Bytes{0, 255, 0, 255, 0, 0}));
    BOOST_TEST(contains(refusal_of("P4\n10 2\n", {1, 2, 3}), "it ends early"));
    BOOST_TEST(contains(refusal_of("P1\n3 1\n102"), "its pixels must be 0 or 1"));
}

// Netpbm's rules: a comment reads as the end of its line, and one character of white space stands before the pixels.
BOOST_AUTO_TEST_CASE(headers) {
    for (const char* header :
         {"P5\n2 1\n255\n", "P5 2\t1\r255 ", "P5\n# c\n2 1 # d\n#e\n255\n", "P5 2# c\n1 255# d\n", "P5 002 1 255\n"})
        BOOST_TEST((pixels_of(header, {' ', '#'}) == Bytes{' ', '#'}), header);
    for (const char* header : {"P5 3;2 255 ", "P5 a 2 255 ", "P5 3 2 25a "})
        BOOST_TEST(contains(refusal_of(header, Bytes(99)), "three numbers, each with white space behind it"), header);
    for (const char* header : {"P5 99999999999999999999 2 255\n", "P5 0 2 255\n", "P5 65536 2 255\n"})
        BOOST_TEST(contains(refusal_of(header, Bytes(99)), "two sides of 1 to 65535"), header);
    for (const char* header : {"P5 1 1 0\n", "P5 1 1 65536\n"})
        BOOST_TEST(contains(refusal_of(header, Bytes(99)), "a largest value of 1 to 65535"), header);
    BOOST_TEST(contains(refusal_of("P5 60000 60000 255\n"), "at most 200 megapixels, not 60000 x 60000"));
    // No memory is taken for pixels that are not there.
    for (const char* header : {"P5 14000 14000 255\n", "P6 14000 14000 65535\n", "P2 14000 14000 9\n",
                               "P1 14000 14000\n", "P4 14000 14000\n"})
        BOOST_TEST(contains(refusal_of(header, Bytes(99)), "it ends early"), header);
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early) {
    const Bytes file = pnm(ramp(9, 8, 3), 9, 8, 3);
    for (std::size_t n = 2; n < file.size(); ++n)
        BOOST_TEST(!refusal(tn::image::embedded_pnm, first(file, n)).empty(), n);
}

BOOST_AUTO_TEST_CASE(files_that_others_wrote) {
    if (const auto p = shared_pictures({"pnm-refused/ascii.pgm", "pnm-refused/max15.pgm"}, 1); !p.empty())
        BOOST_TEST(difference(p[0].pixels, p[1].pixels) <= 17);
}
