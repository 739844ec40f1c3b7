// Hue and saturation of one pixel in colour: the same operations on every device.
#pragma once

namespace tn {

/// What is done to the colours of a picture.
struct ColourChange {
    float hue = 0;         ///< sixths of the circle of colours by which they are turned, 0 .. 6
    float saturation = 1;  ///< what a pixel's differences from its grey are multiplied by

    constexpr bool any() const { return hue != 0 || saturation != 1; }
};

namespace detail {

constexpr float least_of(float a, float b) { return a < b ? a : b; }
constexpr float most_of(float a, float b) { return a > b ? a : b; }

/// A channel of a pixel whose channels are from `most` - `range` to `most`: the darkest from 1 to 3 sixths of `hue`.
constexpr float channel_at(float hue, float most, float range) {
    const float twice = hue - 12;
    hue = hue < 12 ? hue : twice;
    const float once = hue - 6;
    hue = hue < 6 ? hue : once;
    const float fall = most_of(least_of(least_of(hue, 4 - hue), 1), 0);
    return most - range * fall;
}

constexpr float saturated(float value, float grey, float factor) {
    return most_of(least_of(grey + factor * (value - grey), 255), 0);
}

}  // namespace detail

/// Turns the hue of a pixel of 0 .. 255 and keeps the V and the S of its HSV (Smith, "Color gamut transform pairs",
/// 1978), then multiplies its differences from its grey, 0.299 R + 0.587 G + 0.114 B, and clips to 0 .. 255. What is
/// chosen from is computed before: so compilers turn a loop over pixels into one of vectors.
constexpr void recolour(const ColourChange& change, float& red, float& green, float& blue) {
    using namespace detail;
    const float most = most_of(most_of(red, green), blue), range = most - least_of(least_of(red, green), blue);
    const float by_red = green - blue, by_green = blue - red, by_blue = red - green;
    float difference = by_blue, from = 4;
    difference = green >= most ? by_green : difference;
    from = green >= most ? 2 : from;
    difference = red >= most ? by_red : difference;
    from = red >= most ? 0 : from;
    const float divisor = range > 0 ? range : 1;
    const float hue = difference / divisor + from + change.hue;
    const float r = channel_at(hue + 5, most, range), g = channel_at(hue + 3, most, range),
                b = channel_at(hue + 1, most, range);
    const float grey = 0.299f * r + 0.587f * g + 0.114f * b;
    red = saturated(r, grey, change.saturation);
    green = saturated(g, grey, change.saturation);
    blue = saturated(b, grey, change.saturation);
}

}  // namespace tn
