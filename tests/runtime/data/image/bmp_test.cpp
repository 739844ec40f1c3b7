#define BOOST_TEST_MODULE image_bmp
#include <boost/test/unit_test.hpp>
#include <optional>

#include "tests/runtime/data/image/decoding.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;

namespace {

/// What a BMP is made of; colours are blue, green, red.
struct Bmp {
    std::uint32_t header = 40;
    int width = 1, height = 1, bits = 8;
    std::uint32_t compression = 0, used = 0;
    Bytes masks{}, palette{}, gap{}, pixels{};
    std::optional<std::uint32_t> offset{};
};

Bytes file_of(const Bmp& b) {
    Bytes rest;
    little(rest, b.header, 4);
    const int side = b.header == 12 ? 2 : 4;
    little(rest, static_cast<std::uint32_t>(b.width), side);
    little(rest, static_cast<std::uint32_t>(b.height), side);
    little(rest, 1, 2);
    little(rest, static_cast<std::uint32_t>(b.bits), 2);
    if (b.header > 12) {
        for (const std::uint32_t v : {b.compression, 0u, 0u, 0u, b.used, 0u}) little(rest, v, 4);
        rest.resize(std::max<std::size_t>(rest.size(), 40));
        rest.insert(rest.end(), b.masks.begin(), b.masks.end());
        rest.resize(std::max<std::size_t>(rest.size(), b.header));
    }
    if (b.header == 16) rest.resize(16);
    for (const Bytes& part : {b.palette, b.gap}) rest.insert(rest.end(), part.begin(), part.end());
    Bytes file;
    text(file, "BM");
    little(file, 0, 4);
    little(file, 0, 4);
    little(file, b.offset.value_or(static_cast<std::uint32_t>(14 + rest.size())), 4);
    return joined(joined(file, rest), b.pixels);
}

Bytes pixels_of(const Bmp& b, int channels = 3) { return decode(tn::image::embedded_bmp, file_of(b), channels).pixels; }
std::string refusal_of(const Bmp& b) { return refusal(tn::image::embedded_bmp, file_of(b)); }

const Bytes two_of_three{10, 20, 30, 40, 50, 60}, two_of_four{10, 20, 30, 0, 40, 50, 60, 0};
const Bytes first_second{30, 60, 20, 50, 10, 40};  ///< their pixels beside each other, as planes

Bytes words(std::initializer_list<std::uint32_t> values, int width = 4) {
    Bytes bytes;
    for (const std::uint32_t v : values) little(bytes, v, width);
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(from_the_bottom_up_or_from_the_top_down) {
    const Bytes pixels = ramp(4, 3, 3);
    Bytes file = bmp(pixels, 4, 3, 3);
    const Picture up = decode(tn::image::embedded_bmp, file);
    BOOST_TEST((up.shape == PictureShape{3, 3, 4} && up.pixels == planes(pixels, 3)));
    for (std::size_t i = 22; i < 26; ++i) file[i] = static_cast<std::uint8_t>(i == 22 ? 0xFD : 0xFF);  // height -3
    const Picture down = decode(tn::image::embedded_bmp, file);
    BOOST_TEST((down.shape == up.shape));
    for (std::size_t y = 0; y < 3; ++y)
        for (std::size_t x = 0; x < 4; ++x) BOOST_TEST(down.pixels[4 * y + x] == up.pixels[4 * (2 - y) + x]);
}

BOOST_AUTO_TEST_CASE(every_header_and_depth_of_a_palette) {
    for (const std::uint32_t header : {12u, 16u, 40u, 52u, 56u, 64u, 108u, 124u}) {
        const Bytes& palette = header == 12 ? two_of_three : two_of_four;
        for (const auto& [bits, row] : {std::pair{1, Bytes{0x40, 0, 0, 0}},
                                        {2, Bytes{0x10, 0, 0, 0}},
                                        {4, Bytes{0x01, 0, 0, 0}},
                                        {8, Bytes{0, 1, 0, 0}}})
            BOOST_TEST((pixels_of({.header = header, .width = 2, .bits = bits, .palette = palette, .pixels = row}) ==
                        first_second),
                       header << " " << bits);
    }
}

BOOST_AUTO_TEST_CASE(gaps_and_palettes_of_other_lengths) {
    const Bytes row{0, 1, 0, 0};
    BOOST_TEST((pixels_of({
                    .width = 2,
                    .palette = two_of_four,
                    .gap = Bytes(50, 77),
                    .pixels = row,
                }) == first_second));
    BOOST_TEST((pixels_of({.width = 2, .used = 2, .palette = two_of_four, .gap = Bytes(50, 77), .pixels = row}) ==
                first_second));
    BOOST_TEST(
        (pixels_of({.width = 2, .used = 1, .palette = two_of_four, .pixels = row}) == Bytes{30, 0, 20, 0, 10, 0}));
    // 24 bits with colours for screens that have few: they do not matter.
    BOOST_TEST(
        (pixels_of({.width = 2, .bits = 24, .used = 2, .palette = two_of_four, .pixels = {1, 2, 3, 4, 5, 6, 0, 0}}) ==
         Bytes{3, 6, 2, 5, 1, 4}));
    // A file that does not say where its pixels are has them behind the palette.
    BOOST_TEST(
        (pixels_of({.width = 2, .used = 2, .palette = two_of_four, .pixels = row, .offset = 0}) == first_second));
}

BOOST_AUTO_TEST_CASE(a_last_row_without_its_padding) {
    BOOST_TEST((pixels_of({.width = 2, .palette = two_of_four, .pixels = {0, 1}}) == first_second));
    BOOST_TEST(contains(refusal_of({.width = 2, .palette = two_of_four, .pixels = {0}}), "it ends early"));
}

BOOST_AUTO_TEST_CASE(sixteen_and_thirty_two_bits) {
    BOOST_TEST(
        (pixels_of({.width = 2, .bits = 16, .pixels = words({0x7C1F, 0x0200}, 2)}) == Bytes{255, 0, 0, 132, 255, 0}));
    const Bytes rgb565 = words({0xF800, 0x07E0, 0x001F});
    for (const std::uint32_t header : {40u, 52u}) {
        const Bmp b{.header = header,
                    .width = 2,
                    .bits = 16,
                    .compression = 3,
                    .masks = rgb565,
                    .pixels = words({0xF81F, 0x0400}, 2)};
        BOOST_TEST((pixels_of(b) == Bytes{255, 0, 0, 130, 255, 0}), header);
    }
    // The fourth byte means nothing, unless a mask says so.
    BOOST_TEST((pixels_of({.bits = 32, .pixels = {1, 2, 3, 9}}) == Bytes{3, 2, 1}));
    const Bytes masks = words({0x000000FF, 0x0000FF00, 0x00FF0000, 0xFF000000});
    for (const std::uint32_t header : {56u, 108u, 124u}) {
        const auto pixel = [&](Bytes bytes) {
            return pixels_of({.header = header,
                              .width = static_cast<int>(bytes.size() / 4),
                              .bits = 32,
                              .compression = 3,
                              .masks = masks,
                              .pixels = bytes});
        };
        BOOST_TEST((pixel({1, 2, 3, 255}) == Bytes{1, 2, 3}), header);
        BOOST_TEST((pixel({1, 2, 3, 0, 1, 2, 3, 255}) == Bytes{255, 1, 255, 2, 255, 3}), header);
        BOOST_TEST((pixel({1, 2, 3, 0}) == Bytes{1, 2, 3}), header);  // all of it transparent: alpha is not used
    }
}

BOOST_AUTO_TEST_CASE(run_length_coded) {
    Bytes palette(16 * 4);
    for (std::size_t i = 0; i < 16; ++i)
        palette[4 * i] = palette[4 * i + 1] = palette[4 * i + 2] = static_cast<std::uint8_t>(i);
    // Rows from the bottom: a run and a literal of three with its padding; a jump of (1, 0); the rest is left out.
    const Bytes eight{2, 5, 0, 3, 7, 8, 9, 0, 0, 0, 1, 4, 0, 2, 1, 0, 1, 6, 0, 1};
    const Bmp b{.width = 5, .height = 3, .compression = 1, .used = 16, .palette = palette, .pixels = eight};
    const Bytes expected{0, 0, 0, 0, 0, 4, 0, 6, 0, 0, 5, 5, 7, 8, 9};
    BOOST_TEST((pixels_of(b, 1) == expected));
    const Bytes four{3, 0x5A, 0, 5, 0x12, 0x34, 0x50, 0, 0, 1};
    const Bmp c{.width = 8, .bits = 4, .compression = 2, .palette = palette, .pixels = four};
    BOOST_TEST((pixels_of(c, 1) == Bytes{5, 10, 5, 1, 2, 3, 4, 5}));
    // More than a row or than the picture has room for is dropped; the mark of the end may be missing.
    BOOST_TEST(
        (pixels_of({.width = 2, .compression = 1, .used = 16, .palette = palette, .pixels = {200, 3, 0, 0, 9, 9, 0, 1}},
                   1) == Bytes{3, 3}));
    BOOST_TEST((pixels_of({.width = 2, .compression = 1, .used = 16, .palette = palette, .pixels = {2, 3}}, 1) ==
                Bytes{3, 3}));
    BOOST_TEST(contains(refusal_of({.width = 2, .compression = 1, .used = 16, .palette = palette, .pixels = {1, 3}}),
                        "it ends early"));
    BOOST_TEST(
        contains(refusal_of({.width = 9, .compression = 1, .used = 16, .palette = palette, .pixels = {0, 9, 1, 2}}),
                 "it ends early"));
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_named) {
    BOOST_TEST(refusal_of({.compression = 4}) ==
               "x: is a BMP with a JPEG in it, which typenet does not read: convert it to PNG");
    BOOST_TEST(refusal_of({.compression = 5}) ==
               "x: is a BMP with a PNG in it, which typenet does not read: convert it to PNG");
    BOOST_TEST(contains(refusal_of({.header = 64, .compression = 4}), "x: is a BMP with a JPEG"));
    BOOST_TEST(contains(refusal_of({.header = 64, .compression = 3}),
                        "x: is a BMP of compression 3, which typenet does not read"));
    BOOST_TEST(contains(refusal_of({.bits = 7}), "its pixels have 7 bits, which BMP does not have"));
    BOOST_TEST(contains(refusal_of({.bits = 4, .compression = 1}),
                        "its pixels have 4 bits, which compression 1 does not have"));
    BOOST_TEST(contains(refusal_of({.header = 13}), "its header has 13 bytes, which BMP does not have"));
    Bytes least = bmp(ramp(2, 2, 3), 2, 2, 3);
    for (const std::size_t i : {22u, 23u, 24u}) least[i] = 0;
    least[25] = 0x80;  // the height -2^31
    BOOST_TEST(contains(refusal(tn::image::embedded_bmp, least), "must have sides of 1 to 65535"));
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early) {
    for (const Bytes& file : {bmp(ramp(9, 8, 3), 9, 8, 3), bmp(ramp(9, 8, 4), 9, 8, 4)})
        for (std::size_t n = 2; n < file.size() - 3; ++n)
            BOOST_TEST(!refusal(tn::image::embedded_bmp, first(file, n)).empty(), n);
}

BOOST_AUTO_TEST_CASE(files_that_others_wrote) {
    if (const auto p = shared_pictures({"bmp-os2-palette/os2_1bit.bmp", "bmp-os2-palette/same_1bit.png"}); !p.empty())
        BOOST_TEST((p[0].pixels == p[1].pixels));
}
