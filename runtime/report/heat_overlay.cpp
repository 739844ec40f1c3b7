#include "runtime/report/heat_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/report/canvas.hpp"

namespace tn {

namespace {

/// Evenly spaced colours of matplotlib's "plasma".
constexpr std::array<Color, 5> scale{Color{13, 8, 135}, {126, 3, 168}, {204, 71, 120}, {248, 149, 64}, {240, 249, 33}};
constexpr double share_of_colour = 0.5;

Color colour_of(double value) {
    const double at = std::clamp(value, 0.0, 1.0) * (scale.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), scale.size() - 2);
    return mix(scale[low], scale[low + 1], at - static_cast<double>(low));
}

/// Where a pixel's middle lies between two values of the map.
struct Between {
    Index low, high;
    double share;
    Between(Index pixel, Index pixels, Index values) {
        const double at =
            (static_cast<double>(pixel) + 0.5) * static_cast<double>(values) / static_cast<double>(pixels);
        const double inside = std::clamp(at - 0.5, 0.0, static_cast<double>(values - 1));
        low = static_cast<Index>(inside);
        high = std::min(low + 1, values - 1);
        share = inside - static_cast<double>(low);
    }
};

}  // namespace

Picture overlay_heat(const Picture& picture, std::span<const float> heat, int height, int width) {
    const PictureShape s = picture.shape;
    check_picture_shape(s, "a picture below a heat map");
    if (picture.pixels.size() != s.size() || height < 1 || width < 1 || std::ssize(heat) != Index{height} * width)
        throw Error(fmt::format("a heat map of {} x {} has not {} values, or its picture not {} bytes", height, width,
                                heat.size(), s.size()));
    const double most = static_cast<double>(*std::ranges::max_element(heat));
    const Index plane = Index{s.height} * s.width;
    Picture result{{3, s.height, s.width}, std::vector<std::uint8_t>(3 * plane)};
    for (Index y = 0; y < s.height; ++y) {
        const Between row(y, s.height, height);
        for (Index x = 0; x < s.width; ++x) {
            const Between column(x, s.width, width);
            const auto line = [&](Index r) {
                const double left = heat[r * width + column.low], right = heat[r * width + column.high];
                return left + (right - left) * column.share;
            };
            const double value = line(row.low) + (line(row.high) - line(row.low)) * row.share;
            const auto sample = [&](Index c) {
                return static_cast<double>(picture.pixels[(s.channels == 3 ? c * plane : 0) + y * s.width + x]);
            };
            const double grey = 0.299 * sample(0) + 0.587 * sample(1) + 0.114 * sample(2);
            const Color colour = colour_of(most > 0 ? value / most : 0);
            const std::uint8_t parts[] = {colour.red, colour.green, colour.blue};
            for (Index c = 0; c < 3; ++c)
                result.pixels[c * plane + y * s.width + x] = static_cast<std::uint8_t>(
                    std::lround(grey + share_of_colour * (static_cast<double>(parts[c]) - grey)));
        }
    }
    return result;
}

}  // namespace tn
