#define BOOST_TEST_MODULE image_jpeg
#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;
using tn::image::Decoder;
using tn::image::decoder_of;

static Bytes without_end(const Bytes& file) { return first(file, file.size() - 2); }

/// Something behind a picture that looks like segments and is none.
static Bytes trailer() {
    Bytes bytes{0, 0, 'S', 'E', 'F', 'H', 0xFF, 0xC4, 0, 1, 0xFF, 0xE1, 0, 9, 'x', 0xFF, 0xDA, 0, 5, 0xFF, 0xD0};
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
    return bytes;
}

static std::vector<Bytes> samples() {
    return {jpeg(ramp(37, 29, 3), 37, 29, 3), jpeg(ramp(37, 29, 1), 37, 29, 1), progressive_jpeg(), cmyk_jpeg_file()};
}

BOOST_AUTO_TEST_CASE(every_decoder_is_close_to_what_was_encoded) {
    const Bytes colours = ramp(16, 16, 3), expected = planes(colours, 3);
    for (const Decoder* d : decoders_of("JPEG")) {
        const Picture picture = decode(*d, jpeg(colours, 16, 16, 3));
        BOOST_TEST((picture.shape == PictureShape{3, 16, 16}));
        double sum = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) sum += std::abs(picture.pixels[i] - expected[i]);
        BOOST_TEST(sum / static_cast<double>(expected.size()) < 6, d->name());
        BOOST_TEST(difference(decode(*d, progressive_jpeg()).pixels, flat({3, 24, 24}, 128).pixels) == 0, d->name());
    }
}

BOOST_AUTO_TEST_CASE(decoders_agree_to_two_levels) {
    // Full resolution in every colour: how the colours of fewer pixels are spread is each library's own.
    const Bytes file = jpeg(ramp(37, 29, 3), 37, 29, 3);
    for (const Decoder* d : decoders_of("JPEG"))
        for (const int channels : {1, 3})
            BOOST_TEST(difference(decode(*d, file, channels).pixels,
                                  decode(tn::image::embedded_jpeg, file, channels).pixels) <= 2);
}

BOOST_AUTO_TEST_CASE(an_end_of_image_may_be_missing) {
    for (const Decoder* d : decoders_of("JPEG"))
        for (const Bytes& file : samples()) {
            const Picture whole = decode(*d, file);
            BOOST_TEST((decode(*d, without_end(file)).pixels == whole.pixels), d->name());
            BOOST_TEST((decode(*d, first(file, file.size() - 1)).pixels == whole.pixels), d->name());
        }
}

BOOST_AUTO_TEST_CASE(what_lies_behind_the_picture_does_not_matter) {
    for (const Decoder* d : decoders_of("JPEG"))
        for (const Bytes& file : samples()) {
            const Picture whole = decode(*d, file);
            for (const Bytes& longer : {joined(file, trailer()), joined(without_end(file), trailer()),
                                        joined(file, file), joined(without_end(file), Bytes(1000))})
                BOOST_TEST((decode(*d, longer).pixels == whole.pixels), d->name());
        }
}

// With no end of image only the coded pixels tell whether they are all there.
BOOST_AUTO_TEST_CASE(pixels_that_are_missing_are_an_error) {
    for (const Decoder* d : decoders_of("JPEG"))
        for (const Bytes& file : {jpeg(ramp(32, 32, 3), 32, 32, 3), jpeg(ramp(32, 32, 1), 32, 32, 1), cmyk_jpeg_file()})
            for (std::size_t cut = 4; cut < file.size(); cut += 1 + cut / 20)
                BOOST_TEST(contains(refusal(*d, first(file, file.size() - cut)), "x: "), d->name() << " " << cut);
    // A progressive picture of which whole scans are missing.
    Bytes file = progressive_jpeg();
    const Bytes scan{0xFF, 0xDA};
    file.erase(std::find_end(file.begin(), file.end(), scan.begin(), scan.end()), file.end());
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(refusal(*d, file) == "x: the picture cannot be decoded: it ends early");
        BOOST_TEST(refusal(*d, joined(file, {0xFF, 0xD9})).empty());  // its encoder may have left them out
    }
}

/// A grey picture of 64 x 8 with a restart marker after each of its 8 blocks, of which some are kept.
static Bytes with_restarts(int kept) {
    Bytes file = jpeg(Bytes(8 * 8, 50), 8, 8, 1);
    const Bytes frame{0xFF, 0xC0}, scan{0xFF, 0xDA};
    const auto header = std::search(file.begin(), file.end(), frame.begin(), frame.end());
    header[8] = 64;
    const auto start = std::search(file.begin(), file.end(), scan.begin(), scan.end());
    const Bytes block(start + 2 + start[3], file.end() - 2), interval{0xFF, 0xDD, 0, 4, 0, 1};
    Bytes result(file.begin(), start);
    result.insert(result.end(), interval.begin(), interval.end());
    result.insert(result.end(), start, start + 2 + start[3]);
    for (int i = 0; i < kept; ++i) {
        if (i > 0) result.insert(result.end(), {0xFF, static_cast<std::uint8_t>(0xD0 + (i - 1) % 8)});
        result.insert(result.end(), block.begin(), block.end());
    }
    return result;
}

BOOST_AUTO_TEST_CASE(a_picture_that_ends_at_a_restart_marker_is_an_error) {
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(difference(decode(*d, with_restarts(8), 1).pixels, flat({1, 8, 64}, 50).pixels) <= 1, d->name());
        BOOST_TEST(contains(refusal(*d, with_restarts(4)), "it ends early"), d->name());
    }
}

BOOST_AUTO_TEST_CASE(a_frame_of_motion_jpeg_has_the_usual_huffman_tables) {
    for (const Decoder* d : decoders_of("JPEG"))
        for (const Bytes& file : {jpeg(ramp(37, 29, 3), 37, 29, 3), jpeg(ramp(37, 29, 1), 37, 29, 1)}) {
            const Bytes frame = without_segments(file, {0xFF, 0xC4});
            BOOST_REQUIRE(frame.size() < file.size());
            BOOST_TEST((decode(*d, frame).pixels == decode(*d, file).pixels), d->name());
            BOOST_TEST((decode(*d, without_end(frame)).pixels == decode(*d, file).pixels), d->name());
        }
}

BOOST_AUTO_TEST_CASE(missing_quantisation_tables_are_an_error) {
    for (const Decoder* d : decoders_of("JPEG"))
        BOOST_TEST(refusal(*d, without_segments(jpeg(ramp(8, 8, 3), 8, 8, 3), {0xFF, 0xDB})) ==
                   "x: the picture cannot be decoded: its quantisation tables are missing");
}

BOOST_AUTO_TEST_CASE(four_inks_are_inverted_with_and_without_an_adobe_segment) {
    const Bytes file = cmyk_jpeg_file(), bare = without_segments(file, {0xFF, 0xEE}), expected = planes(quarters(), 3);
    BOOST_REQUIRE(bare.size() == file.size() - 16);
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(difference(decode(*d, file).pixels, expected) <= 12, d->name());
        for (const int channels : {1, 3})
            BOOST_TEST((decode(*d, bare, channels).pixels == decode(*d, file, channels).pixels), d->name());
    }
}

BOOST_AUTO_TEST_CASE(arithmetic_coding_is_read_or_named) {
    for (const Bytes& file : {arithmetic_jpeg_file(), progressive_arithmetic_jpeg_file()}) {
        BOOST_TEST(
            refusal(tn::image::embedded_jpeg, file) ==
            "x: is a JPEG with arithmetic coding, which this build does not read: install libjpeg62-turbo-dev and "
            "build again");
        if (decoder_of("JPEG") == &tn::image::embedded_jpeg) {
            std::cout << "SKIPPED: libjpeg is not there\n";
            continue;
        }
        const Picture picture = tn::decode_picture(file, 1, "x"),
                      plain = tn::decode_picture(png(quarters(), 24, 16, 3), 1, "x");
        BOOST_TEST(difference(picture.pixels, plain.pixels) <= 12);
        BOOST_TEST(contains(refusal(without_end(file)), "it ends early"));  // nothing tells whether it does
    }
}

BOOST_AUTO_TEST_CASE(kinds_that_are_not_read_are_named) {
    const auto changed = [](std::size_t place, std::uint8_t value) {
        Bytes file = jpeg(ramp(8, 8, 3), 8, 8, 3);
        const Bytes frame{0xFF, 0xC0};
        std::search(file.begin(), file.end(), frame.begin(), frame.end())[static_cast<std::ptrdiff_t>(place)] = value;
        return file;
    };
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(contains(refusal(*d, changed(4, 12)), "x: is a JPEG of 12 bits a sample"));
        BOOST_TEST(contains(refusal(*d, changed(1, 0xC3)), "x: is a lossless JPEG"));
        BOOST_TEST(contains(refusal(*d, changed(1, 0xC5)), "x: is a hierarchical JPEG"));
        BOOST_TEST(contains(refusal(*d, changed(1, 0xF7)), "x: is a JPEG-LS file"));
        BOOST_TEST(contains(refusal(*d, changed(9, 2)), "x: is a JPEG of 2 components"));
        BOOST_TEST(contains(refusal(*d, {0xFF, 0xD8, 0xFF, 0xD9}), "it has no frame header"));
    }
}

BOOST_AUTO_TEST_CASE(huffman_tables_larger_than_the_decoders_are_refused) {
    Bytes table{0xFF, 0xC4};
    big(table, 2 + 17 + 510, 2);
    table.push_back(0x13);
    table.insert(table.end(), {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255});
    table.resize(table.size() + 510, 7);
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(
            contains(refusal(*d, with_exif(jpeg(ramp(8, 8, 3), 8, 8, 3), table)), "its Huffman tables are malformed"));
        Bytes between_scans = progressive_jpeg();
        const Bytes scan{0xFF, 0xDA};
        const auto last = std::find_end(between_scans.begin(), between_scans.end(), scan.begin(), scan.end());
        between_scans.insert(last, table.begin(), table.end());
        BOOST_TEST(contains(refusal(*d, between_scans), "its Huffman tables are malformed"));
    }
}

// The last bytes before the end of the image are missing, so that the coded pixels run out at every place: within a
// code, behind one and within the bits that follow it. The sanitizers watch the decoder.
BOOST_AUTO_TEST_CASE(coded_pixels_that_run_out_end_in_an_error_or_a_picture) {
    const Decoder& d = tn::image::embedded_jpeg;
    for (const Bytes& file : {jpeg(ramp(24, 24, 3), 24, 24, 3), jpeg(ramp(24, 24, 1), 24, 24, 1), progressive_jpeg()}) {
        const Bytes scan{0xFF, 0xDA};
        const auto start = std::search(file.begin(), file.end(), scan.begin(), scan.end()) + 14;
        int pictures = 0;
        for (auto end = start; end < file.end() - 2; ++end) {
            Bytes cut(file.begin(), end);
            cut.insert(cut.end(), {0xFF, 0xD9});
            try {
                pictures += decode(d, cut).shape == PictureShape{3, 24, 24};
            } catch (const tn::Error& error) {
                BOOST_REQUIRE(std::string(error.what()).starts_with("x: "));
            }
        }
        BOOST_TEST(pictures > 0);
    }
}

BOOST_AUTO_TEST_CASE(a_jpeg_of_a_great_many_scans_is_refused) {
    Bytes file = progressive_jpeg();
    const Bytes scan{0xFF, 0xDA};
    // The first scan once more, and again: the picture is not complete until the last one.
    const auto one = std::search(file.begin(), file.end(), scan.begin(), scan.end()),
               two = std::search(one + 2, file.end(), scan.begin(), scan.end());
    const auto with_scans = [&](int more) {
        Bytes longer(file.begin(), two);
        for (int i = 0; i < more; ++i) longer.insert(longer.end(), one, two);
        longer.insert(longer.end(), two, file.end());
        return longer;
    };
    for (const Decoder* d : decoders_of("JPEG")) {
        BOOST_TEST(refusal(*d, with_scans(0)).empty());
        BOOST_TEST(contains(refusal(*d, with_scans(1024)), "it has more than 1024 scans"));
        Bytes large = with_scans(16);  // 8000 x 8000: sixteen visits of every pixel
        const Bytes frame{0xFF, 0xC2};
        const auto header = std::search(large.begin(), large.end(), frame.begin(), frame.end());
        for (const int i : {5, 7}) {
            header[i] = 8000 / 256;
            header[i + 1] = 8000 % 256;
        }
        BOOST_TEST(contains(refusal(*d, large), "it has more than 16 scans"));
    }
}

BOOST_AUTO_TEST_CASE(files_that_others_wrote) {
    for (const auto& [one, other] :
         {std::pair{"jpeg-without-eoi/whole.jpg", "jpeg-without-eoi/no_eoi.jpg"},
          {"jpeg-without-huffman-tables/same.jpg", "jpeg-without-huffman-tables/mjpeg_frame.jpg"},
          {"jpeg-cmyk-without-adobe/cmyk.jpg", "jpeg-cmyk-without-adobe/cmyk_no_adobe.jpg"}})
        if (const auto pictures = shared_pictures({one, other}); !pictures.empty())
            BOOST_TEST((pictures[0].pixels == pictures[1].pixels), other);
}
