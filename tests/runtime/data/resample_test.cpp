#define BOOST_TEST_MODULE resample
#include "runtime/data/resample.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "runtime/core/random.hpp"

using namespace tn;
using Bytes = std::vector<std::uint8_t>;

namespace {

Bytes scaled(const Bytes& in, int height, int width, int to_height, int to_width) {
    Bytes out(to_height * to_width, 99);
    resample({in.data(), height, width, width}, {out.data(), to_height, to_width, to_width});
    return out;
}

Bytes noise(std::size_t size, std::uint64_t seed) {
    Bytes bytes(size);
    Random random(seed, 1000);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.word());
    return bytes;
}

double mean(const Bytes& b) { return std::accumulate(b.begin(), b.end(), 0.0) / static_cast<double>(b.size()); }

/// The filter of the header written down anew: a triangle as wide as one output pixel or one input pixel.
double reference(const Bytes& in, int height, int width, int to_height, int to_width, int y, int x) {
    const auto weights = [](int from, int to, int at) {
        const double step = static_cast<double>(from) / to, radius = std::max(1.0, step), centre = (at + 0.5) * step;
        std::vector<double> w(from);
        double sum = 0;
        for (int i = 0; i < from; ++i) sum += w[i] = std::max(0.0, 1 - std::abs(i + 0.5 - centre) / radius);
        for (double& v : w) v /= sum;
        return w;
    };
    const auto wy = weights(height, to_height, y), wx = weights(width, to_width, x);
    double value = 0;
    for (std::size_t i = 0; i < wy.size(); ++i)
        for (std::size_t j = 0; j < wx.size(); ++j) value += wy[i] * wx[j] * in[i * wx.size() + j];
    return value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_size_is_the_same_picture) {
    const Bytes in = noise(7 * 9, 1);
    BOOST_TEST((scaled(in, 7, 9, 7, 9) == in));
}

BOOST_AUTO_TEST_CASE(one_grey_stays_one_grey) {
    for (int grey : {0, 1, 127, 254, 255})
        for (auto [h, w] : {std::pair{1, 1}, {3, 40}, {40, 3}, {13, 17}, {200, 111}})
            for (std::uint8_t v : scaled(Bytes(13 * 17, static_cast<std::uint8_t>(grey)), 13, 17, h, w))
                BOOST_REQUIRE_EQUAL(int{v}, grey);
}

BOOST_AUTO_TEST_CASE(every_pixel_is_what_the_filter_says) {
    const int sizes[][4] = {{8, 8, 4, 4}, {5, 7, 11, 3}, {7, 5, 3, 11},   {1, 9, 4, 4}, {9, 1, 4, 4},
                            {6, 6, 1, 1}, {1, 1, 5, 5},  {10, 11, 9, 12}, {31, 2, 7, 9}};
    for (const auto& [h, w, th, tw] : sizes) {
        const Bytes in = noise(h * w, 2), out = scaled(in, h, w, th, tw);
        for (int y = 0; y < th; ++y)
            for (int x = 0; x < tw; ++x)
                BOOST_REQUIRE_SMALL(out[y * tw + x] - reference(in, h, w, th, tw, y, x), 0.502);
    }
}

BOOST_AUTO_TEST_CASE(fine_stripes_become_grey_and_the_mean_stays) {
    Bytes stripes(64 * 64);
    for (std::size_t i = 0; i < stripes.size(); ++i) stripes[i] = i % 2 ? 255 : 0;
    for (std::uint8_t v : scaled(stripes, 64, 64, 8, 8)) BOOST_REQUIRE((v >= 112 && v <= 143));
    const Bytes in = noise(90 * 70, 3);
    for (auto [h, w] : {std::pair{30, 20}, {200, 150}, {20, 150}})
        BOOST_TEST(std::abs(mean(scaled(in, 90, 70, h, w)) - mean(in)) < 2);
}

BOOST_AUTO_TEST_CASE(mirroring_before_or_after_is_the_same) {
    const Bytes in = noise(12 * 15, 4);
    Bytes mirrored = in;
    std::reverse(mirrored.begin(), mirrored.end());  // turned by 180 degrees
    Bytes out = scaled(mirrored, 12, 15, 7, 20);
    std::reverse(out.begin(), out.end());
    const Bytes straight = scaled(in, 12, 15, 7, 20);
    for (std::size_t i = 0; i < out.size(); ++i) BOOST_REQUIRE(std::abs(out[i] - straight[i]) <= 1);
}

BOOST_AUTO_TEST_CASE(only_the_rectangle_is_read_and_written) {
    // The same 4 x 5 pixels alone, and within a plane of other values.
    const Bytes alone = noise(20, 5);
    Bytes around(10 * 12, 255);
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 5; ++x) around[(3 + y) * 12 + 2 + x] = alone[y * 5 + x];
    Bytes out(9 * 10, 7);
    resample({around.data() + 3 * 12 + 2, 4, 5, 12}, {out.data() + 10 + 1, 6, 8, 10});
    const Bytes wanted = scaled(alone, 4, 5, 6, 8);
    for (std::size_t y = 0; y < 9; ++y)
        for (std::size_t x = 0; x < 10; ++x) {
            const bool inside = y >= 1 && y < 7 && x >= 1 && x < 9;
            BOOST_REQUIRE_EQUAL(int{out[y * 10 + x]}, inside ? int{wanted[(y - 1) * 8 + x - 1]} : 7);
        }
}
