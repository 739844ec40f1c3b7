#define BOOST_TEST_MODULE resize
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>

#include "runtime/data/fit_names.hpp"
#include "runtime/data/image.hpp"
#include "tests/runtime/data/image/decoding.hpp"

using namespace tn_test;
using tn::Fit;
using tn::Picture;
using tn::PictureShape;

BOOST_AUTO_TEST_CASE(a_flat_picture_stays_flat) {
    for (const std::uint8_t value : Bytes{0, 1, 128, 254, 255})
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
            for (const Fit fit : {Fit::stretch, Fit::cover, Fit::pad, Fit::centre}) {
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

BOOST_AUTO_TEST_CASE(each_way_has_a_name) {
    for (const Fit fit : {Fit::stretch, Fit::cover, Fit::pad, Fit::centre})
        BOOST_TEST((tn::parse_fit(tn::to_text(fit)) == fit));
    BOOST_TEST(tn::to_text(Fit::centre) == "centre");
    BOOST_CHECK_EXCEPTION(tn::parse_fit("center"), tn::Error, [](const tn::Error& e) {
        return std::string(e.what()) ==
               "how pictures are brought to size must be stretch, cover, pad or centre, not 'center'";
    });
}
