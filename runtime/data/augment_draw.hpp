// What augmentation draws for one picture: all its random numbers as parameters, the same on every device.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "runtime/core/random.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/recolour.hpp"
#include "runtime/data/trivial_augment.hpp"

namespace tn {

/// Cells a side of the grid whose points the elastic distortion moves; a cubic B-spline needs 3 points more.
inline constexpr int elastic_cells = 5, elastic_points = elastic_cells + 3;

/// The spline at u in 0..1: its value is the sum of weight[k] times point first + k.
struct ElasticSpline {
    int first;
    std::array<float, 4> weight;
};
constexpr ElasticSpline elastic_spline(float u) {
    const float at = std::clamp(u, 0.0f, 0.9999f) * elastic_cells;
    const int first = static_cast<int>(at);
    const float t = at - static_cast<float>(first), s = 1 - t;
    return {first,
            {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6}};
}

/// How far the points of the grid are moved, in parts of the sides, and where their numbers are drawn from: any of them
/// can be had by itself, so that threads may share them.
struct ElasticDraw {
    static constexpr int per_axis = elastic_points * elastic_points;
    Random from{0, stream::augment};
    float amount = 0;

    /// Number i, row by row along x, then along y.
    constexpr float move(int i) const {
        Random random = from;
        random.skip(i);
        return next(random);
    }
    /// All of them.
    constexpr std::array<float, 2 * per_axis> moves() const {
        std::array<float, 2 * per_axis> all{};
        Random random = from;
        for (float& one : all) one = next(random);
        return all;
    }

private:
    constexpr float next(Random& random) const { return random.uniform(-amount, amount); }
};

/// The parameters in the order in which they act. A value of the result at (u, v) from the picture's
/// middle is read at (xx u + xy v + dx, yx u + yy v + dy) and moved by the splines; values are 0 .. 255.
struct AugmentDraw {
    TrivialChange trivial;  ///< of values, which comes first; one of places is in the map
    float xx = 1, xy = 0, yx = 0, yy = 1, dx = 0, dy = 0;  ///< pixels
    bool elastic = false;
    ElasticDraw points;
    ColourChange colours;
    bool contrast = false;
    float gain = 1;  ///< of differences from the picture's mean
    float brighter = 0;
    int erase_x = 0, erase_y = 0, erase_width = 0, erase_height = 0;
    float grey = 0;
    float noise = 0;  ///< times noise_at(noise_key, i) is added to value i
    std::uint32_t noise_key = 0;
};

/// The sum of the four bytes of word i of a key, less its mean: the word is the finaliser of MurmurHash3 (Appleby,
/// 2011) of key + i times the golden ratio, as in SplitMix (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
constexpr std::int32_t noise_sum(std::uint32_t key, std::uint32_t i) {
    std::uint32_t w = key + i * 0x9E3779B9u;
    w = (w ^ w >> 16) * 0x85EBCA6Bu;
    w = (w ^ w >> 13) * 0xC2B2AE35u;
    w ^= w >> 16;
    const std::uint32_t pairs = (w & 0x00FF00FFu) + (w >> 8 & 0x00FF00FFu);
    const std::int32_t sum = (pairs & 0xFFFFu) + (pairs >> 16);
    return sum - 510;
}

/// About normal with a deviation of 1 / sqrt(3), as four uniform numbers of deviation 1 / sqrt(12) sum up to.
constexpr float noise_at(std::uint32_t key, std::uint32_t i) { return static_cast<float>(noise_sum(key, i)) / 255; }

namespace detail {

/// A factor from 1 / (1 + amount) to 1 + amount, as likely to shrink as to grow.
template <class Real> constexpr Real factor(Random& random, Real amount) {
    return std::exp(random.uniform(-1, 1) * std::log1p(amount));
}

template <class Real> constexpr void draw_map(const Augmentation& a, PictureShape s, Random& random, AugmentDraw& d) {
    if (random.chance(a.rotate.probability)) {
        const Real angle = random.uniform(-1, 1) * a.rotate.amount * 0.017453293f;
        d.xx = d.yy = std::cos(angle);
        d.xy = std::sin(angle);
        d.yx = -d.xy;
    }
    Real wide = 1, high = 1;
    if (random.chance(a.zoom.probability)) wide = high = factor<Real>(random, a.zoom.amount);
    if (random.chance(a.crop.probability)) {
        const Real ratio = std::sqrt(factor<Real>(random, a.crop.amount));
        wide *= ratio;
        high /= ratio;
    }
    if (random.chance(a.flip.probability)) wide = -wide;
    d.xx *= wide;
    d.yx *= wide;
    d.xy *= high;
    d.yy *= high;
    if (random.chance(a.shift.probability)) {
        d.dx = random.uniform(-1, 1) * a.shift.amount * static_cast<Real>(s.width);
        d.dy = random.uniform(-1, 1) * a.shift.amount * static_cast<Real>(s.height);
    }
}

template <class Real>
constexpr void draw_values(const Augmentation& a, PictureShape s, Random& random, AugmentDraw& d) {
    d.contrast = random.chance(a.contrast.probability);
    if (d.contrast) d.gain = factor<Real>(random, a.contrast.amount);
    if (random.chance(a.brightness.probability)) d.brighter = random.uniform(-1, 1) * a.brightness.amount * 255;
    if (random.chance(a.erase.probability) && a.erase.amount > 0) {
        const Real area = random.uniform(0.2f, 1) * a.erase.amount, ratio = factor<Real>(random, 1);
        const auto side = [](Real part, int whole) {
            return std::clamp(static_cast<int>(std::sqrt(part) * static_cast<Real>(whole)), 1, whole);
        };
        d.erase_width = side(area * ratio, s.width);
        d.erase_height = side(area / ratio, s.height);
        d.erase_x = random.below(s.width - d.erase_width + 1);
        d.erase_y = random.below(s.height - d.erase_height + 1);
        d.grey = random.uniform(0, 255);
    }
    if (random.chance(a.noise.probability)) {
        d.noise = random.uniform() * a.noise.amount * 255 * 1.7320508f;
        d.noise_key = random.word();
    }
}

template <class Real> constexpr void draw_colours(const Augmentation& a, Random& random, AugmentDraw& d) {
    if (random.chance(a.saturation.probability))
        d.colours.saturation =
            random.uniform(std::max<Real>(0, 1 - a.saturation.amount), Real{1} + a.saturation.amount);
    if (random.chance(a.hue.probability)) {
        const Real sixths = random.uniform(-6, 6) * a.hue.amount;
        d.colours.hue = sixths < 0 ? sixths + 6 : sixths;
    }
}

/// What the map reads becomes a window of the picture. As in torchvision's RandomResizedCrop one that does not fit into
/// the picture is drawn anew, up to ten times, and after that it is the whole picture.
template <class Real>
constexpr void draw_window(const Augmentation& a, PictureShape s, Random& random, AugmentDraw& d) {
    if (!random.chance(a.resized_crop.probability)) return;
    Real wide = 2, high = 2;
    for (int attempt = 0; attempt < 10 && !(wide <= 1 && high <= 1); ++attempt) {
        const Real area = random.uniform(a.resized_crop.amount, 1), ratio = factor<Real>(random, a.crop_ratio - 1);
        wide = std::sqrt(area * ratio);
        high = std::sqrt(area / ratio);
    }
    if (!(wide <= 1 && high <= 1)) wide = high = 1;
    d.xx *= wide;
    d.xy *= wide;
    d.yx *= high;
    d.yy *= high;
    d.dx = d.dx * wide + random.uniform(-0.5f, 0.5f) * (1 - wide) * static_cast<Real>(s.width);
    d.dy = d.dy * high + random.uniform(-0.5f, 0.5f) * (1 - high) * static_cast<Real>(s.height);
}

/// TrivialAugment's change; one of places acts on the picture before all others do, as one of values.
template <class Real>
constexpr void draw_trivial_change(const Augmentation& a, PictureShape s, Random& random, AugmentDraw& d) {
    if (!random.chance(a.trivial.probability)) return;
    d.trivial = draw_trivial(a.trivial.amount, random);
    const Real by = d.trivial.strength;
    if (d.trivial.kind == Trivial::translate_x) d.dx += by;
    if (d.trivial.kind == Trivial::translate_y) d.dy += by;
    if (d.trivial.kind == Trivial::shear_x) {  // from the upper left corner, as PIL's
        d.xx += by * d.yx;
        d.xy += by * d.yy;
        d.dx += by * (d.dy + static_cast<Real>(s.height) / 2);
    }
    if (d.trivial.kind == Trivial::shear_y) {
        d.yx += by * d.xx;
        d.yy += by * d.xy;
        d.dy += by * (d.dx + static_cast<Real>(s.width) / 2);
    }
    if (d.trivial.kind == Trivial::rotate) {
        const Real angle = by * 0.017453293f, c = std::cos(angle), n = std::sin(angle);
        const AugmentDraw m = d;
        d.xx = c * m.xx + n * m.yx, d.xy = c * m.xy + n * m.yy, d.dx = c * m.dx + n * m.dy;
        d.yx = c * m.yx - n * m.xx, d.yy = c * m.yy - n * m.xy, d.dy = c * m.dy - n * m.dx;
    }
}

}  // namespace detail

/// Draws a picture's parameters. constexpr, so that nvcc compiles it for a GPU too; `Real` is float.
template <class Real = float>
constexpr AugmentDraw draw_augmentation(const Augmentation& a, PictureShape s, Random random) {
    AugmentDraw d;
    if (a == Augmentation{}) return d;
    detail::draw_map<Real>(a, s, random, d);
    d.elastic = random.chance(a.elastic.probability);
    if (d.elastic) {
        d.points = {random, a.elastic.amount};
        random.skip(2 * ElasticDraw::per_axis);
    }
    detail::draw_values<Real>(a, s, random, d);
    // Drawn last, so that the other changes of a seed are what they are without these.
    detail::draw_colours<Real>(a, random, d);
    detail::draw_window<Real>(a, s, random, d);
    detail::draw_trivial_change<Real>(a, s, random, d);
    return d;
}

}  // namespace tn
