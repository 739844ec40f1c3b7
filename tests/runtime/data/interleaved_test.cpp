#define BOOST_TEST_MODULE interleaved
#include "runtime/data/interleaved.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// What of cv::Mat is used: its step is a class, too.
struct Mat {
    struct Step {
        std::size_t bytes;
        operator std::size_t() const { return bytes; }
    };
    int rows, cols;
    std::uint8_t* data;
    Step step;
    int depth_bytes = 1;
    int channels() const { return 3; }
    std::size_t elemSize1() const { return depth_bytes; }
};

/// Two rows of two pixels with a gap behind each row.
Bytes pixels{1, 2, 3, 4, 5, 6, 99, 99, 11, 12, 13, 14, 15, 16, 99, 99};

}  // namespace

BOOST_AUTO_TEST_CASE(pixels_become_planes) {
    const Mat mat{2, 2, pixels.data(), {8}};
    const Picture rgb = picture_of(interleaved(mat)), bgr = picture_of(interleaved(mat), ChannelOrder::bgr);
    BOOST_TEST((rgb.shape == PictureShape{3, 2, 2}));
    BOOST_TEST((rgb.pixels == Bytes{1, 4, 11, 14, 2, 5, 12, 15, 3, 6, 13, 16}));
    BOOST_TEST((bgr.pixels == Bytes{3, 6, 13, 16, 2, 5, 12, 15, 1, 4, 11, 14}));
    std::vector<float> input(12);
    copy_planes(interleaved(mat), input, ChannelOrder::bgr);
    for (std::size_t i = 0; i < 12; ++i) BOOST_TEST(input[i] == static_cast<float>(bgr.pixels[i]) / 255);
}

BOOST_AUTO_TEST_CASE(rows_without_a_gap_and_four_channels) {
    const InterleavedView view{pixels.data(), 1, 2, 4};
    std::vector<float> input(8);
    copy_planes(view, input, ChannelOrder::bgr);  // the fourth stays the fourth
    const Bytes wanted{3, 99, 2, 6, 1, 5, 4, 99};
    for (std::size_t i = 0; i < 8; ++i) BOOST_TEST(input[i] == static_cast<float>(wanted[i]) / 255);
    BOOST_TEST(picture_of({pixels.data(), 2, 3, 1}).pixels == (Bytes{1, 2, 3, 4, 5, 6}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_picture_is_an_error) {
    std::vector<float> input(12);
    BOOST_TEST(contains(error_of([&] { copy_planes({pixels.data(), 2, 2, 3, 5}, input); }), "rows 5 bytes apart"));
    BOOST_TEST(contains(error_of([&] { copy_planes({nullptr, 2, 2, 3}, input); }), "has no pixels to read"));
    BOOST_TEST(contains(error_of([&] {
                            copy_planes({pixels.data(), 1, 2, 3}, input);
                        }),
                        "has other values than the 12"));
    BOOST_TEST(contains(error_of([] { picture_of({pixels.data(), 1, 2, 4}); }), "must have 1 channel (grey) or 3"));
    const Mat deep{2, 2, pixels.data(), {8}, 2};
    BOOST_TEST(error_of([&] { interleaved(deep); }) == "a picture must have 8 bits a channel, not 16");
}
