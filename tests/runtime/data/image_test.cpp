#define BOOST_TEST_MODULE image
#include "runtime/data/image.hpp"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>

#include "runtime/core/file.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn_test;
using tn::decode_picture;
using tn::Fit;
using tn::Picture;
using tn::PictureShape;

/// Interleaved pixels as planes.
static Bytes planes(const Bytes& pixels, int channels) {
    const auto n = static_cast<std::size_t>(channels);
    Bytes out;
    for (std::size_t c = 0; c < n; ++c)
        for (std::size_t i = c; i < pixels.size(); i += n) out.push_back(pixels[i]);
    return out;
}

static std::string refusal(const Bytes& file, int channels = 3) {
    return error_of([&] { decode_picture(file, channels, "x"); });
}

/// A flat picture of one colour a plane.
static Picture flat(PictureShape shape, std::uint8_t value) { return {shape, Bytes(shape.size(), value)}; }

BOOST_AUTO_TEST_CASE(lossless_formats_keep_every_pixel) {
    const Bytes colours = ramp(7, 5, 3), greys = ramp(7, 5, 1);
    for (const Bytes& file : {png(colours, 7, 5, 3), bmp(colours, 7, 5, 3), pnm(colours, 7, 5, 3)}) {
        const Picture picture = decode_picture(file, 3, "x");
        BOOST_TEST((picture.shape == PictureShape{3, 5, 7}));
        BOOST_TEST(picture.pixels == planes(colours, 3));
    }
    for (const Bytes& file : {png(greys, 7, 5, 1), pnm(greys, 7, 5, 1)}) {
        const Picture picture = decode_picture(file, 1, "x");
        BOOST_TEST((picture.shape == PictureShape{1, 5, 7}));
        BOOST_TEST(picture.pixels == greys);
    }
}

BOOST_AUTO_TEST_CASE(jpeg_is_close) {
    const Bytes colours = ramp(16, 16, 3);
    const Bytes expected = planes(colours, 3);
    const Picture picture = decode_picture(jpeg(colours, 16, 16, 3), 3, "x");
    BOOST_TEST((picture.shape == PictureShape{3, 16, 16}));
    double difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) difference += std::abs(picture.pixels[i] - expected[i]);
    BOOST_TEST(difference / static_cast<double>(expected.size()) < 6);
}

BOOST_AUTO_TEST_CASE(a_progressive_jpeg) {
    const Picture picture = decode_picture(progressive_jpeg(), 3, "x");
    BOOST_TEST(picture.pixels == flat({3, 24, 24}, 128).pixels);
}

BOOST_AUTO_TEST_CASE(the_first_frame_of_a_gif) {
    Bytes indices;
    for (int i = 0; i < 20 * 15; ++i) indices.push_back(static_cast<std::uint8_t>(i % 127));
    for (const int frames : {1, 3}) {
        const Picture picture = decode_picture(gif(indices, 20, 15, frames), 3, "x");
        BOOST_TEST((picture.shape == PictureShape{3, 15, 20}));
        bool same = true;
        for (std::size_t i = 0; i < picture.pixels.size(); ++i)
            same = same && picture.pixels[i] == 2 * indices[i % indices.size()];
        BOOST_TEST(same);
    }
}

BOOST_AUTO_TEST_CASE(a_bmp_from_the_top_row_down) {
    const Bytes pixels = ramp(4, 3, 3);
    Bytes file = bmp(pixels, 4, 3, 3);
    const Picture up = decode_picture(file, 3, "x");
    for (std::size_t i = 22; i < 26; ++i) file[i] = static_cast<std::uint8_t>(i == 22 ? 0xFD : 0xFF);  // height -3
    const Picture down = decode_picture(file, 3, "x");
    BOOST_TEST((down.shape == up.shape));
    for (std::size_t y = 0; y < 3; ++y)
        for (std::size_t x = 0; x < 4; ++x) BOOST_TEST(down.pixels[4 * y + x] == up.pixels[4 * (2 - y) + x]);
}

BOOST_AUTO_TEST_CASE(grey_and_colour_become_each_other) {
    const Bytes greys = ramp(6, 4, 1);
    const Picture colour = decode_picture(png(greys, 6, 4, 1), 3, "x");
    for (std::size_t i = 0; i < 3 * greys.size(); ++i) BOOST_TEST(colour.pixels[i] == greys[i % greys.size()]);
    const Picture grey = decode_picture(png({200, 100, 50}, 1, 1, 3), 1, "x");
    BOOST_TEST(std::abs(grey.pixels[0] - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) < 1.5);
    const Picture opaque = decode_picture(png({10, 20, 30, 0}, 1, 1, 4), 3, "x");
    BOOST_TEST((opaque.pixels == Bytes{10, 20, 30}));
}

// Four 8 x 8 quarters of a 16 x 24 picture (height x width 16 x 24: six blocks), named by where they belong.
BOOST_AUTO_TEST_CASE(all_orientations_end_upright) {
    const int height = 16, width = 24;
    const auto grey_at = [](int y, int x) { return 20 + 90 * (y / 8) + 30 * (x / 8); };
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const bool swapped = orientation >= 5;
        const int rows = swapped ? width : height, columns = swapped ? height : width;
        Bytes stored(static_cast<std::size_t>(rows * columns));
        for (int r = 0; r < rows; ++r)
            for (int c = 0; c < columns; ++c) {
                // EXIF says which edge of the scene the first stored row and the first stored column are.
                int y = 0, x = 0;
                switch (orientation) {
                    case 1: y = r, x = c; break;                           // row 0 top, column 0 left
                    case 2: y = r, x = width - 1 - c; break;               // top, right
                    case 3: y = height - 1 - r, x = width - 1 - c; break;  // bottom, right
                    case 4: y = height - 1 - r, x = c; break;              // bottom, left
                    case 5: x = r, y = c; break;                           // left, top
                    case 6: x = width - 1 - r, y = c; break;               // right, top
                    case 7: x = width - 1 - r, y = height - 1 - c; break;  // right, bottom
                    case 8: x = r, y = height - 1 - c; break;              // left, bottom
                }
                stored[static_cast<std::size_t>(r * columns + c)] = static_cast<std::uint8_t>(grey_at(y, x));
            }
        const Bytes file = with_exif(jpeg(stored, columns, rows, 1), exif_segment(orientation, orientation % 2 == 0));
        for (const int channels : {1, 3}) {
            const Picture picture = decode_picture(file, channels, "x");
            BOOST_TEST((picture.shape == PictureShape{channels, height, width}));
            int worst = 0;
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x)
                    worst = std::max(worst,
                                     std::abs(picture.pixels[static_cast<std::size_t>(y * width + x)] - grey_at(y, x)));
            BOOST_TEST(worst <= 3, "orientation " << orientation << " is off by " << worst);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early_is_an_error) {
    const Bytes pixels = ramp(16, 16, 3);
    for (const Bytes& file : {png(pixels, 16, 16, 3), jpeg(pixels, 16, 16, 3), bmp(pixels, 16, 16, 3),
                              pnm(pixels, 16, 16, 3), gif(Bytes(256, 5), 16, 16)}) {
        // All but the bytes that a format can do without: GIF's and PNG's ends of file are needed, too.
        const std::size_t needed = file.back() == 0x3B && file[0] == 'G' ? file.size() - 1 : file.size();
        for (std::size_t n = 0; n < needed; n += 1 + n / 50)
            BOOST_REQUIRE(
                refusal(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(n))).starts_with("x: "));
        BOOST_TEST(contains(refusal(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(needed - 1))),
                            "it ends early"));
        BOOST_TEST(refusal(file).empty());
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_picture_is_named) {
    BOOST_TEST(refusal({}) == "x: the picture cannot be decoded: it is empty");
    const std::string words = "this is no picture at all";
    BOOST_TEST(
        contains(refusal(Bytes(words.begin(), words.end())), "x: must be a JPEG, PNG, BMP, GIF, PGM or PPM picture"));
    Bytes broken = png(ramp(9, 9, 3), 9, 9, 3);
    broken[50] ^= 4;
    BOOST_TEST(contains(refusal(broken), "a checksum of its PNG chunks is wrong"));
    BOOST_TEST(contains(refusal(png({1}, 1, 1, 1), 2), "1 channel (grey) or 3 (RGB), not 2"));
    const std::string deep = "P5 1 1 65535\n12";
    BOOST_TEST(contains(refusal(Bytes(deep.begin(), deep.end())), "must give 255 as the largest value"));
}

BOOST_AUTO_TEST_CASE(sizes_are_checked_before_decoding) {
    const auto header = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
    BOOST_TEST(contains(refusal(header("P5 99999999999999999999 2 255\n")), "two sides of 1 to 65535"));
    BOOST_TEST(contains(refusal(header("P5 0 2 255\n")), "two sides of 1 to 65535"));
    Bytes large = png(ramp(2, 2, 1), 2, 2, 1);
    large[18] = large[22] = 0x40;  // 16386 x 16386
    BOOST_TEST(contains(refusal(with_png_checksums(large)), "at most 64 megapixels, not 16386 x 16386"));
    BOOST_TEST(contains(refusal(Bytes(64'000'001)), "has 64000001 bytes, over the limit of 64000000"));
    Bytes least = bmp(ramp(2, 2, 3), 2, 2, 3);
    for (const std::size_t i : {22u, 23u, 24u}) least[i] = 0;
    least[25] = 0x80;  // the height -2^31
    BOOST_TEST(contains(refusal(least), "its sides must be 1 to 65535 pixels"));
}

// 200 MB of zeros in a PNG of 16 x 16, whose header says nothing of them.
BOOST_AUTO_TEST_CASE(pixels_that_inflate_to_far_more_than_the_picture_are_refused) {
    std::vector<Bytef> packed(1 << 20);
    Bytes chunk;
    {
        const Bytes zeros(200'000'000);
        uLongf size = packed.size();
        BOOST_REQUIRE(compress2(packed.data(), &size, zeros.data(), zeros.size(), 9) == Z_OK);
        packed.resize(size);
    }
    big(chunk, static_cast<std::uint32_t>(packed.size()), 4);
    text(chunk, "IDAT");
    chunk.insert(chunk.end(), packed.begin(), packed.end());
    big(chunk, 0, 4);
    const Bytes plain = png(ramp(16, 16, 1), 16, 16, 1);
    Bytes bomb(plain.begin(), plain.begin() + 33);  // the magic and the header
    bomb.insert(bomb.end(), chunk.begin(), chunk.end());
    bomb.insert(bomb.end(), plain.end() - 12, plain.end());
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    BOOST_TEST(contains(refusal(with_png_checksums(bomb)), "that can be decoded (outofmem)"));
    getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 50'000);  // KiB
    BOOST_TEST(refusal(plain).empty());
}

// Many rows of one colour are small in a file as well, and welcome.
BOOST_AUTO_TEST_CASE(a_large_flat_picture_is_read) {
    const Picture picture = decode_picture(png(Bytes(3000 * 4000, 9), 3000, 4000, 1), 1, "x");
    BOOST_TEST((picture.shape == PictureShape{1, 4000, 3000}));
    BOOST_TEST(std::count(picture.pixels.begin(), picture.pixels.end(), 9) == 3000 * 4000);
}

BOOST_AUTO_TEST_CASE(only_the_first_of_a_great_many_frames_is_decoded) {
    const Picture one = decode_picture(gif(Bytes(40, 3), 8, 5, 1), 3, "x");
    const Picture many = decode_picture(gif(Bytes(40, 3), 8, 5, 20'000), 3, "x");
    BOOST_TEST((many.shape == one.shape && many.pixels == one.pixels));
}

BOOST_AUTO_TEST_CASE(huffman_tables_larger_than_the_decoders_are_refused) {
    Bytes table{0xFF, 0xC4};
    big(table, 2 + 17 + 510, 2);
    table.push_back(0x13);
    table.insert(table.end(), {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255});
    table.resize(table.size() + 510, 7);
    const Bytes plain = jpeg(ramp(8, 8, 3), 8, 8, 3);
    BOOST_TEST(contains(refusal(with_exif(plain, table)), "its Huffman tables are malformed"));
    Bytes behind_pixels = plain;  // where a second scan would begin
    behind_pixels.insert(behind_pixels.end() - 2, table.begin(), table.end());
    BOOST_TEST(contains(refusal(behind_pixels), "its Huffman tables are malformed"));
}

// The last bytes before the end of the image are missing, so that the coded pixels run out at every place: within a
// code, behind one and within the bits that follow it. The sanitizers watch the decoder.
BOOST_AUTO_TEST_CASE(coded_pixels_that_run_out_end_in_an_error_or_a_picture) {
    for (const Bytes& file : {jpeg(ramp(24, 24, 3), 24, 24, 3), jpeg(ramp(24, 24, 1), 24, 24, 1), progressive_jpeg()}) {
        const Bytes scan{0xFF, 0xDA};
        const auto first = std::search(file.begin(), file.end(), scan.begin(), scan.end()) + 14;
        int pictures = 0;
        for (auto end = first; end < file.end() - 2; ++end) {
            Bytes cut(file.begin(), end);
            cut.insert(cut.end(), {0xFF, 0xD9});
            try {
                pictures += decode_picture(cut, 3, "x").shape == PictureShape{3, 24, 24};
            } catch (const tn::Error& error) {
                BOOST_REQUIRE(std::string(error.what()).starts_with("x: "));
            }
        }
        BOOST_TEST(pictures > 0);
    }
}

// The decoder takes the comment for the end of the number and reads 25535 as the largest value: two bytes a pixel.
BOOST_AUTO_TEST_CASE(a_number_of_a_pgm_ends_in_white_space) {
    const auto file = [](std::string header) {
        header.resize(header.size() + 100, ' ');
        return Bytes(header.begin(), header.end());
    };
    BOOST_TEST(refusal(file("P5\n# c\n3 2\t255\n")).empty());
    for (const char* header : {"P5\n# c\n1# 3\n2 25535\n# c\n", "P5 3;2 255 ", "P5 3 2 255#", "P5 3 2 # c\n #d\nx255 "})
        BOOST_TEST(contains(refusal(file(header)), "three numbers, each with white space behind it"), header);
}

BOOST_AUTO_TEST_CASE(a_jpeg_of_a_great_many_scans_is_refused) {
    Bytes file = progressive_jpeg();
    const Bytes scan{0xFF, 0xDA}, bytes(file.begin(), file.end() - 2);
    const auto last = std::find_end(bytes.begin(), bytes.end(), scan.begin(), scan.end());
    const auto with_scans = [&](int more) {
        Bytes longer = bytes;
        for (int i = 0; i < more; ++i) longer.insert(longer.end(), last, bytes.end());
        longer.insert(longer.end(), {0xFF, 0xD9});
        return longer;
    };
    BOOST_TEST(refusal(with_scans(0)).empty());
    BOOST_TEST(contains(refusal(with_scans(1024)), "it has more than 1024 scans"));
    Bytes large = with_scans(16);  // 8000 x 8000: sixteen visits of every pixel
    const Bytes frame{0xFF, 0xC2};
    const auto header = std::search(large.begin(), large.end(), frame.begin(), frame.end());
    for (const int i : {5, 7}) {
        header[i] = 8000 / 256;
        header[i + 1] = 8000 % 256;
    }
    BOOST_TEST(contains(refusal(large), "it has more than 16 scans"));
}

BOOST_AUTO_TEST_CASE(a_flat_picture_stays_flat) {
    for (const std::uint8_t value : {0, 1, 128, 254, 255})
        for (const auto& [h, w] : {std::pair{3, 50}, {200, 200}, {1, 1}, {64, 31}})
            for (const Fit fit : {Fit::stretch, Fit::cover}) {
                const Picture small = tn::resize(flat({3, 37, 61}, value), {3, h, w}, fit);
                BOOST_TEST(small.pixels == flat({3, h, w}, value).pixels);
            }
}

BOOST_AUTO_TEST_CASE(the_same_size_is_the_same_picture) {
    const Picture picture{{1, 4, 6}, ramp(6, 4, 1)};
    for (const Fit fit : {Fit::stretch, Fit::cover, Fit::pad})
        BOOST_TEST(tn::resize(picture, picture.shape, fit).pixels == picture.pixels);
}

BOOST_AUTO_TEST_CASE(shrinking_averages_instead_of_skipping) {
    Picture stripes{{1, 64, 64}, {}};
    for (int i = 0; i < 64 * 64; ++i) stripes.pixels.push_back(i % 2 ? 255 : 0);
    for (const std::uint8_t pixel : tn::resize(stripes, {1, 8, 8}).pixels) BOOST_TEST(std::abs(pixel - 127.5) < 6);
}

// By hand: output pixel 0 is centred at 1.5 with radius 3, so the inputs at 0.5, 1.5, 2.5 and 3.5 weigh 2, 3, 2 and 1
// eighths; pixel 1 mirrors it.
BOOST_AUTO_TEST_CASE(shrinking_by_three_weighs_like_a_triangle) {
    const Bytes row{80, 160, 240, 40, 8, 16};
    const Bytes expected{(160 + 480 + 480 + 40) / 8, (240 + 80 + 24 + 32) / 8};
    const Bytes narrow = tn::resize({{1, 1, 6}, row}, {1, 1, 2}).pixels;
    const Bytes low = tn::resize({{1, 6, 1}, row}, {1, 2, 1}).pixels;
    BOOST_TEST(narrow == expected);
    BOOST_TEST(low == expected);
}

BOOST_AUTO_TEST_CASE(a_ramp_stays_a_ramp_when_enlarged) {
    const Picture picture{{1, 1, 2}, {0, 200}};
    const Bytes wide = tn::resize(picture, {1, 1, 8}).pixels;  // centres at 0.25 + k / 4 - 0.5 of a pixel
    const Bytes expected{0, 0, 25, 75, 125, 175, 200, 200};
    for (std::size_t i = 0; i < 8; ++i) BOOST_TEST(std::abs(wide[i] - expected[i]) <= 1);
}

BOOST_AUTO_TEST_CASE(colours_do_not_mix) {
    Picture picture = flat({3, 20, 30}, 0);
    std::fill_n(picture.pixels.begin() + 600, 600, std::uint8_t{255});
    const Picture small = tn::resize(picture, {3, 7, 9});
    for (std::size_t i = 0; i < small.pixels.size(); ++i) BOOST_TEST(small.pixels[i] == (i / 63 == 1 ? 255 : 0));
}

BOOST_AUTO_TEST_CASE(cover_takes_the_middle_and_pad_leaves_black_edges) {
    Picture wide{{1, 10, 30}, {}};  // thirds of 50, 100 and 150
    for (int i = 0; i < 300; ++i) wide.pixels.push_back(static_cast<std::uint8_t>(50 + 50 * (i % 30 / 10)));
    for (const std::uint8_t pixel : tn::resize(wide, {1, 5, 5}, Fit::cover).pixels) BOOST_TEST(pixel == 100);
    const Picture padded = tn::resize(wide, {1, 30, 30}, Fit::pad);
    for (std::size_t i = 0; i < 900; ++i)
        BOOST_TEST(padded.pixels[i] == (i / 30 >= 10 && i / 30 < 20 ? wide.pixels[i % 30] : 0));
    const Picture tall = tn::resize(flat({1, 40, 10}, 9), {1, 8, 8}, Fit::pad);
    for (std::size_t i = 0; i < 64; ++i) BOOST_TEST(tall.pixels[i] == (i % 8 >= 3 && i % 8 < 5 ? 9 : 0));
}

BOOST_AUTO_TEST_CASE(extreme_proportions_are_resized) {
    const std::vector<std::pair<int, int>> sizes{{1, 65535}, {65535, 1}, {1, 1}, {2, 3}, {1000, 3}, {3, 1000}};
    for (const auto& [in_h, in_w] : sizes)
        for (const auto& [out_h, out_w] : sizes)
            for (const Fit fit : {Fit::stretch, Fit::cover, Fit::pad}) {
                const Picture result = tn::resize(flat({1, in_h, in_w}, 77), {1, out_h, out_w}, fit);
                BOOST_REQUIRE(result.pixels.size() == result.shape.size());
                if (fit != Fit::pad) BOOST_REQUIRE(result.pixels == flat(result.shape, 77).pixels);
            }
}

BOOST_AUTO_TEST_CASE(wrong_sizes_are_errors) {
    const Picture picture = flat({1, 4, 4}, 0);
    BOOST_TEST(contains(error_of([&] {
                            tn::resize(picture, {3, 4, 4});
                        }),
                        "must have the picture's 1 channels, not 3"));
    BOOST_TEST(contains(error_of([&] {
                            tn::resize(picture, {1, 0, 4});
                        }),
                        "the wanted size must have sides of 1 to 65535"));
    BOOST_TEST(contains(error_of([&] { tn::resize(picture, {1, 4, 65536}); }), "not 4 x 65536"));
    BOOST_TEST(contains(error_of([&] { tn::resize({{1, 4, 4}, {}}, {1, 2, 2}); }), "a byte for every pixel"));
}

BOOST_AUTO_TEST_CASE(a_written_picture_is_read_again) {
    TemporaryFolder folder;
    for (const int channels : {1, 3}) {
        const Picture picture{{channels, 5, 7}, planes(ramp(7, 5, channels), channels)};
        tn::write_png(folder / "a.png", picture);
        const Picture again = tn::read_picture(folder / "a.png", channels);
        BOOST_TEST((again.shape == picture.shape));
        BOOST_TEST(again.pixels == picture.pixels);
    }
    BOOST_TEST(contains(error_of([&] {
                            tn::write_png(folder / "none/a.png", flat({1, 1, 1}, 0));
                        }),
                        "a.png: cannot be written"));
    BOOST_TEST(contains(error_of([&] {
                            tn::write_png(folder / "b.png", {{1, 2, 2}, {1}});
                        }),
                        "a byte for every pixel"));
    BOOST_TEST(contains(error_of([&] { tn::read_picture(folder / "none.png", 1); }), "none.png: cannot be read"));
}

BOOST_AUTO_TEST_CASE(damage_ends_in_an_error_or_a_picture) {
    const Bytes pixels = ramp(13, 11, 3);
    Bytes palette_bmp;  // 4 x 4, 8 bits a pixel, only two palette entries
    text(palette_bmp, "BM");
    for (const std::uint32_t v : {78u, 0u, 62u, 40u, 4u, 4u}) little(palette_bmp, v, 4);
    for (const std::uint32_t v : {1u, 8u}) little(palette_bmp, v, 2);
    for (const std::uint32_t v : {0u, 16u, 0u, 0u, 2u, 0u, 0x00102030u, 0x00FFEEDDu}) little(palette_bmp, v, 4);
    for (int i = 0; i < 16; ++i) palette_bmp.push_back(static_cast<std::uint8_t>(i % 2));
    BOOST_TEST((decode_picture(palette_bmp, 3, "x").pixels[1] == 0xFF));
    const std::vector<std::pair<std::string, Bytes>> files{
        {"png", png(pixels, 13, 11, 3)},
        {"grey png", png(ramp(13, 11, 1), 13, 11, 1)},
        {"jpeg", with_exif(jpeg(pixels, 13, 11, 3), exif_segment(6, true))},
        {"progressive jpeg", progressive_jpeg()},
        {"grey jpeg", jpeg(ramp(13, 11, 1), 13, 11, 1)},
        {"gif", gif(Bytes(13 * 11, 7), 13, 11, 2)},
        {"bmp", bmp(pixels, 13, 11, 3)},
        {"bmp with alpha", bmp(ramp(13, 11, 4), 13, 11, 4)},
        {"bmp with a palette", palette_bmp},
        {"pgm", pnm(ramp(13, 11, 1), 13, 11, 1)}};
    for (const auto& [name, file] : files) {
        int pictures = 0;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            Bytes damaged = mutated(file, i);
            if (damaged.size() > 8 && damaged[0] == 0x89) damaged = with_png_checksums(damaged);
            try {
                const Picture picture = decode_picture(damaged, i % 2 ? 3 : 1, "x");
                BOOST_REQUIRE(picture.pixels.size() == picture.shape.size());
                ++pictures;
            } catch (const tn::Error& error) {
                BOOST_REQUIRE(std::string(error.what()).starts_with("x: "));
            }
        }
        BOOST_TEST_MESSAGE(name << ": " << pictures << " of 2000 are pictures");
        BOOST_TEST((pictures > 0 && pictures < 2000), name);
    }
}

BOOST_AUTO_TEST_CASE(a_photograph_of_the_orl_set) {
    const std::filesystem::path path = std::filesystem::path(TN_SHARED_DIR) / "data/orl_faces/s01/1.pgm";
    if (!std::filesystem::exists(path)) {
        std::cout << "SKIPPED: " << path << " does not exist\n";
        return;
    }
    const Picture picture = tn::read_picture(path, 1);
    BOOST_TEST((picture.shape == PictureShape{1, 112, 92}));
    double before = 0, after = 0;
    for (const std::uint8_t pixel : picture.pixels) before += pixel / (112.0 * 92);
    for (const std::uint8_t pixel : tn::resize(picture, {1, 48, 48}).pixels) after += pixel / (48.0 * 48);
    BOOST_TEST(std::abs(before - after) < 1);  // shrinking keeps the brightness
}
