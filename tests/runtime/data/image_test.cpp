#define BOOST_TEST_MODULE image
#include "runtime/data/image.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/runtime/data/image/decoding.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

using namespace tn_test;
using tn::decode_picture;
using tn::Picture;
using tn::PictureShape;

BOOST_AUTO_TEST_CASE(grey_and_colour_become_each_other) {
    const Bytes greys = ramp(6, 4, 1);
    const Picture colour = decode_picture(png(greys, 6, 4, 1), 3, "x");
    for (std::size_t i = 0; i < 3 * greys.size(); ++i) BOOST_TEST(colour.pixels[i] == greys[i % greys.size()]);
    const Picture grey = decode_picture(png({200, 100, 50}, 1, 1, 3), 1, "x");
    BOOST_TEST(std::abs(grey.pixels[0] - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) < 1.5);
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

BOOST_AUTO_TEST_CASE(wrong_channels_are_an_error) {
    BOOST_TEST(contains(refusal(png({1}, 1, 1, 1), 2), "1 channel (grey) or 3 (RGB), not 2"));
}

BOOST_AUTO_TEST_CASE(sizes_are_checked_before_decoding) {
    Bytes large = png(ramp(2, 2, 1), 2, 2, 1);
    large[18] = large[22] = 0x40;  // 16386 x 16386
    BOOST_TEST(contains(refusal(with_png_checksums(large)),
                        "must have sides of 1 to 65535 and at most 200 megapixels, not 16386 x 16386"));
    TemporaryFolder folder;
    const auto path = folder.write("a.png", large);
    std::filesystem::resize_file(path, tn::max_picture_bytes + 1);  // of a file with a hole
    BOOST_TEST(contains(error_of([&] { tn::read_picture(path, 1); }), "1500000000"));
}

// Over 64 megapixels they are decoded one at a time.
BOOST_AUTO_TEST_CASE(large_photographs) {
    std::string header = "P4 14000 5000\n";
    Bytes file(header.begin(), header.end());
    file.resize(file.size() + std::size_t{14000} / 8 * 5000, 0xFF);
    std::array<int, 2> pixels{1, 1};
    std::vector<std::thread> threads;
    for (int& pixel : pixels) threads.emplace_back([&] { pixel = decode_picture(file, 1, "x").pixels.back(); });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST((pixels == std::array{0, 0}));
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

BOOST_AUTO_TEST_CASE(a_jpeg_is_nearly_the_picture_and_smaller_for_less_quality) {
    for (const int channels : {1, 3}) {
        Picture picture = flat({channels, 40, 50}, 0);
        for (std::size_t i = 0; i < picture.pixels.size(); ++i)
            picture.pixels[i] = static_cast<std::uint8_t>(60 + i % 50 + i / 50 % 40);
        const Bytes fine = encode_jpeg(picture, 95), coarse = encode_jpeg(picture, 10);
        BOOST_TEST(coarse.size() < fine.size());
        const Picture again = decode_picture(fine, channels, "again");
        BOOST_TEST((again.shape == picture.shape));
        int furthest = 0;
        for (std::size_t i = 0; i < picture.pixels.size(); ++i)
            furthest = std::max(furthest, std::abs(again.pixels[i] - picture.pixels[i]));
        BOOST_TEST(furthest < 16);
        BOOST_TEST(contains(error_of([&] { encode_jpeg(picture, 0); }), "a quality of 1 to 100, not 0"));
    }
    BOOST_TEST(contains(error_of([] { tn::encode_jpeg({{1, 2, 2}, {1}}, 90); }), "a byte for every pixel"));
}

BOOST_AUTO_TEST_CASE(damage_ends_in_an_error_or_a_picture) {
    const Bytes pixels = ramp(13, 11, 3);
    const std::string words = "P3 2 2 9\n1 2 3 4 5 6 7 8 9 8 7 6\n";
    const Bytes ascii(words.begin(), words.end());
    std::vector<std::pair<std::string, Bytes>> files{
        {"png", png(pixels, 13, 11, 3)},
        {"grey png", png(ramp(13, 11, 1), 13, 11, 1)},
        {"jpeg", with_exif(jpeg(pixels, 13, 11, 3), exif_segment(6, true))},
        {"progressive jpeg", progressive_jpeg()},
        {"grey jpeg", jpeg(ramp(13, 11, 1), 13, 11, 1)},
        {"gif", gif(Bytes(13 * 11, 7), 13, 11, 2)},
        {"bmp", bmp(pixels, 13, 11, 3)},
        {"bmp with alpha", bmp(ramp(13, 11, 4), 13, 11, 4)},
        {"ascii ppm", ascii},
        {"cmyk jpeg", cmyk_jpeg_file()},
        {"pgm", pnm(ramp(13, 11, 1), 13, 11, 1)}};
    if (tn::image::decoder_of("WebP"))
        files.insert(
            files.end(),
            {{"webp", webp_file()}, {"lossy webp", lossy_webp_file()}, {"animated webp", animated_webp_file()}});
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
