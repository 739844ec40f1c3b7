#define BOOST_TEST_MODULE image_png
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;
using tn::image::Decoder;

static Bytes chunk(std::string_view type, const Bytes& content) {
    Bytes bytes;
    big(bytes, static_cast<std::uint32_t>(content.size()), 4);
    text(bytes, type);
    bytes.insert(bytes.end(), content.begin(), content.end());
    big(bytes, 0, 4);  // its checksum is made right later
    return bytes;
}

static Bytes packed(const Bytes& content) {
    Bytes bytes(content.size() / 500 + 4096);
    uLongf size = bytes.size();
    BOOST_REQUIRE(compress2(bytes.data(), &size, content.data(), content.size(), 9) == Z_OK);
    bytes.resize(size);
    return bytes;
}

/// A PNG of these rows, each with its filter in front, and of chunks before them.
static Bytes raw_png(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t kind,
                     const Bytes& rows, const Bytes& chunks = {}) {
    Bytes header;
    big(header, width, 4);
    big(header, height, 4);
    header.insert(header.end(), {depth, kind, 0, 0, 0});
    Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    for (const Bytes& part : {chunk("IHDR", header), chunks, chunk("IDAT", packed(rows)), chunk("IEND", {})})
        file.insert(file.end(), part.begin(), part.end());
    return with_png_checksums(file);
}

BOOST_AUTO_TEST_CASE(every_pixel_is_kept) {
    const Bytes colours = ramp(7, 5, 3), greys = ramp(7, 5, 1);
    for (const Decoder* d : decoders_of("PNG")) {
        const Picture picture = decode(*d, png(colours, 7, 5, 3));
        BOOST_TEST((picture.shape == PictureShape{3, 5, 7}));
        BOOST_TEST((picture.pixels == planes(colours, 3)), d->name());
        BOOST_TEST((decode(*d, png(greys, 7, 5, 1), 1).pixels == greys), d->name());
    }
}

BOOST_AUTO_TEST_CASE(sixteen_bits_are_rounded_to_eight) {
    const Bytes file = raw_png(4, 1, 16, 0, {0, 0x00, 0x7F, 0x00, 0x81, 0x80, 0xFF, 0xFF, 0xFF});
    for (const Decoder* d : decoders_of("PNG"))
        BOOST_TEST((decode(*d, file, 1).pixels == Bytes{0, 1, 128, 255}), d->name());
}

BOOST_AUTO_TEST_CASE(few_bits_and_palettes) {
    const Bytes palette = chunk("PLTE", {9, 8, 7, 250, 240, 230, 1, 2, 3});
    for (const Decoder* d : decoders_of("PNG")) {
        BOOST_TEST((decode(*d, raw_png(4, 1, 2, 0, {0, 0b00011011}), 1).pixels == Bytes{0, 85, 170, 255}), d->name());
        BOOST_TEST((decode(*d, raw_png(2, 1, 8, 3, {0, 1, 0}, palette)).pixels == Bytes{250, 9, 240, 8, 230, 7}),
                   d->name());
    }
}

// As in a browser: what is drawn in black on nothing can be seen.
BOOST_AUTO_TEST_CASE(what_is_transparent_is_on_white) {
    const Bytes colours{0, 0, 0, 255, 0, 0, 0, 0, 100, 50, 0, 128}, greys{0, 255, 0, 0, 100, 51};
    const Bytes palette = joined(chunk("PLTE", {9, 8, 7, 250, 240, 230}), chunk("tRNS", {0}));
    const Bytes key = chunk("tRNS", {0, 77});
    for (const Decoder* d : decoders_of("PNG")) {
        BOOST_TEST((decode(*d, png(colours, 3, 1, 4)).pixels == Bytes{0, 255, 177, 0, 255, 152, 0, 255, 127}),
                   d->name());
        BOOST_TEST((decode(*d, png(greys, 3, 1, 2), 1).pixels == Bytes{0, 255, 224}), d->name());
        BOOST_TEST((decode(*d, raw_png(2, 1, 8, 3, {0, 0, 1}, palette)).pixels == Bytes{255, 250, 255, 240, 255, 230}),
                   d->name());
        BOOST_TEST((decode(*d, raw_png(2, 1, 8, 0, {0, 77, 78}, key), 1).pixels == Bytes{255, 78}), d->name());
        BOOST_TEST(
            std::abs(decode(*d, png(colours, 3, 1, 4), 1).pixels[2] - (0.299 * 177 + 0.587 * 152 + 0.114 * 127)) < 1.5);
    }
}

BOOST_AUTO_TEST_CASE(an_exif_chunk_turns_it_upright) {
    const Bytes colours = ramp(6, 4, 3), plain = png(colours, 6, 4, 3);
    for (const int orientation : {1, 3, 6, 8}) {
        const Bytes segment = exif_segment(orientation, orientation % 2 == 0);
        const Bytes exif = chunk("eXIf", Bytes(segment.begin() + 10, segment.end()));
        // Before the pixels, behind the header, or behind them, before the end.
        for (const std::size_t place : {std::size_t{33}, plain.size() - 12})
            for (const Decoder* d : decoders_of("PNG")) {
                const Picture turned = decode(*d, with_png_checksums(with_part(plain, place, exif)));
                const Picture upright = decode(tn::image::embedded_jpeg, with_exif(jpeg(colours, 6, 4, 3), segment));
                BOOST_TEST((turned.shape == upright.shape));
                BOOST_TEST(difference(turned.pixels, upright.pixels) < 40, d->name() << " " << orientation);
            }
    }
    if (const auto p = shared_pictures({"png-exif-orientation/orientation6.png", "png-exif-orientation/upright.png"});
        !p.empty())
        BOOST_TEST((p[0].shape == p[1].shape && p[0].pixels == p[1].pixels));
}

BOOST_AUTO_TEST_CASE(damage_is_named) {
    Bytes broken = png(ramp(9, 9, 3), 9, 9, 3);
    broken[50] ^= 4;
    Bytes apple = png(ramp(2, 2, 1), 2, 2, 1);
    const Bytes own = chunk("CgBI", Bytes(4));
    apple = with_png_checksums(with_part(apple, 8, own));
    for (const Decoder* d : decoders_of("PNG")) {
        BOOST_TEST(contains(refusal(*d, broken), "a checksum of its PNG chunks is wrong"));
        BOOST_TEST(refusal(*d, apple) == "x: is a PNG in Apple's own form (CgBI), which typenet does not read");
        BOOST_TEST(contains(refusal(*d, raw_png(4, 4, 8, 0, {0, 1, 2})), "x: the picture cannot be decoded: it "));
    }
}

// 200 MB of zeros in a PNG of 16 x 16, whose header says nothing of them: refused, or not inflated to the end.
BOOST_AUTO_TEST_CASE(pixels_that_inflate_to_far_more_than_the_picture_take_no_memory) {
    const Bytes bomb = raw_png(16, 16, 8, 0, Bytes(200'000'000));
    for (const Decoder* d : decoders_of("PNG")) {
        rusage before{}, after{};
        getrusage(RUSAGE_SELF, &before);
        const std::string refused = refusal(*d, bomb);
        BOOST_TEST((refused.empty() || contains(refused, "it is damaged (outofmem)")), refused);
        getrusage(RUSAGE_SELF, &after);
        BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 50'000);  // KiB
    }
}

// Many rows of one colour are small in a file as well, and welcome.
BOOST_AUTO_TEST_CASE(a_large_flat_picture_is_read) {
    const Bytes file = png(Bytes(3000 * 4000, 9), 3000, 4000, 1);
    for (const Decoder* d : decoders_of("PNG")) {
        const Picture picture = decode(*d, file, 1);
        BOOST_TEST((picture.shape == PictureShape{1, 4000, 3000}));
        BOOST_TEST(std::count(picture.pixels.begin(), picture.pixels.end(), 9) == 3000 * 4000);
    }
}
