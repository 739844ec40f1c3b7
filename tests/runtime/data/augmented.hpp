// Pictures from which it can be read what augmentation did to them.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/data/augment.hpp"

namespace tn::test {

/// Leaves values as they are: 0 .. 255.
inline const Normalise as_bytes{{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}};

inline constexpr int side = 100;
inline constexpr std::size_t plane = side * side;

/// Where a sampled value came from can be read off it: channel 0 is twice x, channel 1 twice y, channel 2 grey.
inline const Picture& places() {
    static const Picture picture = [] {
        Picture p{{3, side, side}, {}};
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x)
                    p.pixels.push_back(static_cast<std::uint8_t>(c == 0 ? 2 * x : c == 1 ? 2 * y : 77));
        return p;
    }();
    return picture;
}

inline Picture random_picture(PictureShape shape, std::uint64_t seed) {
    Picture p{shape, {}};
    Random random(seed, 1000);
    p.pixels.resize(shape.size());
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(random.word());
    return p;
}

inline std::vector<float> augmented(const Picture& p, const Augmentation& a, std::uint64_t index,
                                    const Normalise& n = as_bytes, std::uint64_t seed = 1) {
    std::vector<float> out(p.shape.size(), std::nanf(""));
    augment(p.pixels, p.shape, a, n, Random(seed, stream::augment, index), out);
    return out;
}

inline std::vector<float> plain(const Picture& p, const Normalise& n = as_bytes) {
    std::vector<float> out(p.shape.size(), std::nanf(""));
    normalise(p.pixels, p.shape, n, out);
    return out;
}

inline Augmentation only(Change Augmentation::*change, float probability, float amount) {
    Augmentation a;
    a.*change = {probability, amount};
    return a;
}

/// The largest of many errors: one check instead of one a pixel.
struct Worst {
    double value = 0;
    void see(double error) { value = std::isfinite(error) ? std::max(value, std::abs(error)) : 1e30; }
};

/// Calls f(x - middle, y - middle, source x - middle, source y - middle) for the pixels whose source is inside.
template <class F> int each_place(const std::vector<float>& out, F f) {
    constexpr double middle = (side - 1) / 2.0;
    int inside = 0;
    Worst grey;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const std::size_t i = y * side + x;
            grey.see(out[2 * plane + i] - 77.0);
            const double from_x = out[i] / 2, from_y = out[plane + i] / 2;
            if (from_x < 0.01 || from_y < 0.01 || from_x > side - 1.01 || from_y > side - 1.01) continue;
            ++inside;
            f(x - middle, y - middle, from_x - middle, from_y - middle);
        }
    BOOST_TEST(grey.value < 1e-3);  // light and values stay as they are
    return inside;
}

inline constexpr Change Augmentation::*every_change[] = {
    &Augmentation::flip,         &Augmentation::rotate,  &Augmentation::zoom,       &Augmentation::crop,
    &Augmentation::shift,        &Augmentation::elastic, &Augmentation::brightness, &Augmentation::contrast,
    &Augmentation::erase,        &Augmentation::noise,   &Augmentation::saturation, &Augmentation::hue,
    &Augmentation::resized_crop, &Augmentation::trivial};

}  // namespace tn::test
