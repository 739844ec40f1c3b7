#include "runtime/data/augment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

constexpr int grid = 5;  // control points a side of the elastic distortion

struct Named {
    const char* name;
    Change Augmentation::*change;
};
constexpr Named changes[] = {
    {"flip", &Augmentation::flip},         {"rotate", &Augmentation::rotate},
    {"zoom", &Augmentation::zoom},         {"crop", &Augmentation::crop},
    {"shift", &Augmentation::shift},       {"elastic", &Augmentation::elastic},
    {"brightness", &Augmentation::brightness}, {"contrast", &Augmentation::contrast},
    {"erase", &Augmentation::erase},       {"noise", &Augmentation::noise}};

float number(std::string_view text, std::string_view part) {
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0) || value > 360)
        throw Error(fmt::format("augmentation '{}': '{}' must be a number from 0 to 360", part, text));
    return value;
}

/// A factor from 1 / (1 + amount) to 1 + amount, as likely to shrink as to grow.
float factor(Random& random, float amount) { return std::exp(random.uniform(-1, 1) * std::log1p(amount)); }

/// Where each output pixel is read from, in pixels of the input, as a linear map around the middle.
struct Map {
    float xx = 1, xy = 0, yx = 0, yy = 1, dx = 0, dy = 0;
};

/// Smooth displacements over the picture: the cubic B-spline through a coarse grid.
class Elastic {
public:
    Elastic(Random& random, float amount, PictureShape s) {
        for (auto& axis : points_)
            for (auto& p : axis) p = random.uniform(-amount, amount);
        scale_[0] = static_cast<float>(s.width);
        scale_[1] = static_cast<float>(s.height);
    }
    /// Displacements along `axis` (0: x, 1: y) of a row at height v in 0..1 as coefficients of the columns.
    std::array<float, grid + 3> row(int axis, float v) const {
        const auto [first, weight] = spline(v);
        std::array<float, grid + 3> result{};
        for (std::size_t c = 0; c < result.size(); ++c)
            for (std::size_t k = 0; k < 4; ++k)
                result[c] += weight[k] * points_[static_cast<std::size_t>(axis)][(first + k) * (grid + 3) + c] *
                             scale_[static_cast<std::size_t>(axis)];
        return result;
    }
    static std::pair<std::size_t, std::array<float, 4>> spline(float u) {
        const float at = std::clamp(u, 0.0f, 0.9999f) * grid;
        const auto first = static_cast<std::size_t>(at);
        const float t = at - static_cast<float>(first), s = 1 - t;
        return {first,
                {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6}};
    }

private:
    std::array<std::array<float, (grid + 3) * (grid + 3)>, 2> points_{};
    std::array<float, 2> scale_{};
};

Map draw_map(const Augmentation& a, PictureShape s, Random& random) {
    Map m;
    if (random.chance(a.rotate.probability)) {
        const float angle = random.uniform(-1, 1) * a.rotate.amount * 0.017453293f;
        m = {std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle), 0, 0};
    }
    float wide = 1, high = 1;
    if (random.chance(a.zoom.probability)) wide = high = factor(random, a.zoom.amount);
    if (random.chance(a.crop.probability)) {
        const float ratio = std::sqrt(factor(random, a.crop.amount));
        wide *= ratio;
        high /= ratio;
    }
    if (random.chance(a.flip.probability)) wide = -wide;
    m.xx *= wide;
    m.yx *= wide;
    m.xy *= high;
    m.yy *= high;
    if (random.chance(a.shift.probability)) {
        m.dx = random.uniform(-1, 1) * a.shift.amount * static_cast<float>(s.width);
        m.dy = random.uniform(-1, 1) * a.shift.amount * static_cast<float>(s.height);
    }
    return m;
}

/// Samples every channel of `in` at the places of `map` and `elastic`, in 0 .. 255.
void sample(std::span<const std::uint8_t> in, PictureShape s, const Map& map, const Elastic* elastic,
            std::span<float> out) {
    const float mx = static_cast<float>(s.width - 1) / 2, my = static_cast<float>(s.height - 1) / 2;
    const std::size_t plane = static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height);
    for (int y = 0; y < s.height; ++y) {
        const float v = static_cast<float>(y) - my;
        std::array<float, grid + 3> ex{}, ey{};
        if (elastic) {
            const float at = (static_cast<float>(y) + 0.5f) / static_cast<float>(s.height);
            ex = elastic->row(0, at);
            ey = elastic->row(1, at);
        }
        for (int x = 0; x < s.width; ++x) {
            const float u = static_cast<float>(x) - mx;
            float fx = map.xx * u + map.xy * v + map.dx + mx, fy = map.yx * u + map.yy * v + map.dy + my;
            if (elastic) {
                const auto [first, w] =
                    Elastic::spline((static_cast<float>(x) + 0.5f) / static_cast<float>(s.width));
                for (std::size_t k = 0; k < 4; ++k) {
                    fx += w[k] * ex[first + k];
                    fy += w[k] * ey[first + k];
                }
            }
            fx = std::clamp(fx, 0.0f, static_cast<float>(s.width - 1));
            fy = std::clamp(fy, 0.0f, static_cast<float>(s.height - 1));
            const int x0 = static_cast<int>(fx), y0 = static_cast<int>(fy);
            const float tx = fx - static_cast<float>(x0), ty = fy - static_cast<float>(y0);
            const std::size_t right = x0 + 1 < s.width, down = y0 + 1 < s.height ? static_cast<std::size_t>(s.width) : 0;
            const std::size_t at = static_cast<std::size_t>(y0) * static_cast<std::size_t>(s.width) +
                                   static_cast<std::size_t>(x0);
            const std::size_t to = static_cast<std::size_t>(y) * static_cast<std::size_t>(s.width) +
                                   static_cast<std::size_t>(x);
            for (std::size_t c = 0; c < static_cast<std::size_t>(s.channels); ++c) {
                const std::uint8_t* p = in.data() + c * plane + at;
                const float top = static_cast<float>(p[0]) + tx * (static_cast<float>(p[right]) - static_cast<float>(p[0]));
                const float low = static_cast<float>(p[down]) +
                                  tx * (static_cast<float>(p[down + right]) - static_cast<float>(p[down]));
                out[c * plane + to] = top + ty * (low - top);
            }
        }
    }
}

/// Changes of light, erasing and noise on values of 0 .. 255.
void change_values(const Augmentation& a, PictureShape s, Random& random, std::span<float> v) {
    const std::size_t plane = static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height);
    if (random.chance(a.contrast.probability)) {
        const float gain = factor(random, a.contrast.amount);
        double sum = 0;
        for (float x : v) sum += static_cast<double>(x);
        const auto mean = static_cast<float>(sum / static_cast<double>(v.size()));
        for (float& x : v) x = mean + gain * (x - mean);
    }
    if (random.chance(a.brightness.probability)) {
        const float add = random.uniform(-1, 1) * a.brightness.amount * 255;
        for (float& x : v) x += add;
    }
    if (random.chance(a.erase.probability) && a.erase.amount > 0) {
        const float area = random.uniform(0.2f, 1) * a.erase.amount, ratio = factor(random, 1);
        const int w = std::clamp(static_cast<int>(std::sqrt(area * ratio) * static_cast<float>(s.width)), 1, s.width);
        const int h = std::clamp(static_cast<int>(std::sqrt(area / ratio) * static_cast<float>(s.height)), 1, s.height);
        const int x0 = static_cast<int>(random.below(static_cast<std::uint32_t>(s.width - w + 1)));
        const int y0 = static_cast<int>(random.below(static_cast<std::uint32_t>(s.height - h + 1)));
        const float grey = random.uniform(0, 255);
        for (int c = 0; c < s.channels; ++c)
            for (int y = y0; y < y0 + h; ++y)
                std::fill_n(v.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(c) * plane) +
                                static_cast<std::ptrdiff_t>(y) * s.width + x0, w, grey);
    }
    if (random.chance(a.noise.probability)) {
        // The sum of four uniform numbers is close enough to normal, and cheap.
        const float spread = random.uniform() * a.noise.amount * 255 * 1.7320508f;
        for (float& x : v) {
            const std::uint32_t w = random.word();
            const auto byte = [&](int k) { return static_cast<float>((w >> (8 * k)) & 255u); };
            x += spread * ((byte(0) + byte(1) + byte(2) + byte(3)) / 255 - 2);
        }
    }
    for (float& x : v) x = std::clamp(x, 0.0f, 255.0f);
}

void scale(std::span<float> v, PictureShape s, const Normalise& n) {
    const std::size_t plane = v.size() / static_cast<std::size_t>(s.channels);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = (v[i] / 255 - n.mean[i / plane]) / n.deviation[i / plane];
}

void check_sizes(std::size_t in, PictureShape shape, std::size_t out) {
    check_picture_shape(shape, "a picture to augment");
    if (in != shape.size() || out != shape.size())
        throw Error(fmt::format("a picture to augment has {} bytes and {} values, but its shape needs {}", in, out,
                                shape.size()));
}

}  // namespace

Augmentation Augmentation::none() { return {}; }

Augmentation Augmentation::light() {
    Augmentation a;
    a.flip = {0.5f, 1};
    a.rotate = {0.5f, 8};
    a.zoom = {0.5f, 0.08f};
    a.shift = {0.5f, 0.05f};
    a.brightness = {0.5f, 0.08f};
    a.contrast = {0.5f, 0.15f};
    return a;
}

Augmentation Augmentation::strong() {
    Augmentation a;
    a.flip = {0.5f, 1};
    a.rotate = {0.7f, 15};
    a.zoom = {0.7f, 0.15f};
    a.crop = {0.5f, 0.1f};
    a.shift = {0.7f, 0.08f};
    a.elastic = {0.7f, 0.06f};
    a.brightness = {0.6f, 0.15f};
    a.contrast = {0.6f, 0.35f};
    a.erase = {0.4f, 0.12f};
    a.noise = {0.4f, 0.04f};
    return a;
}

Augmentation Augmentation::digits() {
    Augmentation a;
    a.rotate = {0.8f, 12};
    a.zoom = {0.8f, 0.12f};
    a.crop = {0.5f, 0.1f};
    a.shift = {0.8f, 0.08f};
    a.elastic = {0.6f, 0.06f};
    return a;
}

Augmentation parse_augmentation(std::string_view text) {
    Augmentation a;
    bool first = true;
    for (std::size_t at = 0; at <= text.size(); first = false) {
        const std::string_view part = text.substr(at, std::min(text.find(',', at), text.size()) - at);
        at += part.size() + 1;
        const std::size_t equals = part.find('=');
        if (first && equals == part.npos) {
            if (part == "none") a = Augmentation::none();
            else if (part == "light") a = Augmentation::light();
            else if (part == "strong") a = Augmentation::strong();
            else if (part == "digits") a = Augmentation::digits();
            else throw Error(fmt::format("augmentation '{}' must be none, light, strong or digits", part));
            continue;
        }
        const auto* named = std::find_if(std::begin(changes), std::end(changes),
                                         [&](const Named& n) { return part.substr(0, equals) == n.name; });
        if (equals == part.npos || named == std::end(changes)) {
            std::string names;
            for (const Named& n : changes) names += (names.empty() ? "" : ", ") + std::string(n.name);
            throw Error(fmt::format("augmentation '{}' must be name=probability[:amount] with a name of: {}", part, names));
        }
        const std::string_view value = part.substr(equals + 1);
        const std::size_t colon = value.find(':');
        Change& change = a.*named->change;
        change.probability = number(value.substr(0, colon), part);
        if (colon != value.npos) change.amount = number(value.substr(colon + 1), part);
        if (change.amount == 0 && change.probability > 0 && named->change != &Augmentation::flip && colon == value.npos)
            throw Error(fmt::format("augmentation '{}' must give an amount too, as in {}:0.1", part, part));
        if (change.probability > 1)
            throw Error(fmt::format("augmentation '{}': the probability must be from 0 to 1", part));
    }
    return a;
}

std::string describe(const Augmentation& a) {
    std::string text = "none";
    for (const Named& n : changes)
        if ((a.*n.change) != Change{})
            text += fmt::format(",{}={}:{}", n.name, (a.*n.change).probability, (a.*n.change).amount);
    return text;
}

Normalise fit_normalise(const Pictures& pictures) {
    Normalise n;
    const auto channels = static_cast<std::size_t>(pictures.shape.channels);
    if (pictures.size() == 0) return n;
    const std::size_t plane = pictures.shape.size() / channels;
    for (std::size_t c = 0; c < std::min<std::size_t>(channels, 3); ++c) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(pictures.size()); ++i)
            for (std::size_t k = 0; k < plane; ++k) {
                const double v = pictures.pixels[i * pictures.shape.size() + c * plane + k];
                sum += v;
                squares += v * v;
            }
        const double count = static_cast<double>(plane) * pictures.size(), mean = sum / count;
        n.mean[c] = static_cast<float>(mean / 255);
        n.deviation[c] = static_cast<float>(std::sqrt(std::max(squares / count - mean * mean, 1.0)) / 255);
    }
    return n;
}

void normalise(std::span<const std::uint8_t> in, PictureShape shape, const Normalise& n, std::span<float> out) {
    check_sizes(in.size(), shape, out.size());
    std::copy(in.begin(), in.end(), out.begin());
    scale(out, shape, n);
}

void augment(std::span<const std::uint8_t> in, PictureShape shape, const Augmentation& a, const Normalise& n,
             Random random, std::span<float> out) {
    check_sizes(in.size(), shape, out.size());
    if (a == Augmentation{}) return normalise(in, shape, n, out);
    const Map map = draw_map(a, shape, random);
    if (random.chance(a.elastic.probability)) {
        const Elastic elastic(random, a.elastic.amount, shape);
        sample(in, shape, map, &elastic, out);
    } else {
        sample(in, shape, map, nullptr, out);
    }
    change_values(a, shape, random, out);
    scale(out, shape, n);
}

Picture augmentation_sheet(const Pictures& pictures, const Augmentation& a, std::uint64_t seed, int rows, int columns) {
    rows = std::min(rows, pictures.size());
    const PictureShape s = pictures.shape;
    Picture sheet{{s.channels, rows * s.height, columns * s.width}, {}};
    check_picture_shape(sheet.shape, "a sheet of augmented pictures");
    sheet.pixels.resize(sheet.shape.size());
    std::vector<float> values(s.size());
    Normalise as_bytes;
    as_bytes.mean = {0, 0, 0};
    as_bytes.deviation = {1.0f / 255, 1.0f / 255, 1.0f / 255};
    for (int r = 0; r < rows; ++r) {
        const int index = static_cast<int>(static_cast<long long>(pictures.size()) * r / rows);
        for (int c = 0; c < columns; ++c) {
            augment(pictures.picture(index), s, c == 0 ? Augmentation::none() : a, as_bytes,
                    Random(seed, stream::augment, static_cast<std::uint64_t>(r * columns + c)), values);
            for (int k = 0; k < s.channels; ++k)
                for (int y = 0; y < s.height; ++y)
                    for (int x = 0; x < s.width; ++x)
                        sheet.pixels[(static_cast<std::size_t>(k) * static_cast<std::size_t>(sheet.shape.height) +
                                      static_cast<std::size_t>(r * s.height + y)) *
                                         static_cast<std::size_t>(sheet.shape.width) +
                                     static_cast<std::size_t>(c * s.width + x)] =
                            static_cast<std::uint8_t>(std::lround(
                                values[(static_cast<std::size_t>(k) * static_cast<std::size_t>(s.height) +
                                        static_cast<std::size_t>(y)) * static_cast<std::size_t>(s.width) +
                                       static_cast<std::size_t>(x)]));
        }
    }
    return sheet;
}

}  // namespace tn
