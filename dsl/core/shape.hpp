// What flows between layers: an image (channels, height, width) or a vector. The batch is a separate, leading extent.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/text.hpp"

namespace tn {

/// The shape of one sample. An image is stored channel by channel, row by row (CHW); a vector has height = width = 1.
struct Shape {
    int channels = 0, height = 0, width = 0;
    bool is_vector = false;

    /// Values in one sample.
    constexpr Size size() const { return Size(Index{channels} * height * width); }
    /// Values in one channel of one sample.
    constexpr Size plane() const { return Size(Index{height} * width); }
    /// Whether the channels can be cut into so many equal parts.
    constexpr bool divides_into(int parts) const { return parts > 0 && channels % parts == 0; }
    constexpr bool operator==(const Shape&) const = default;

    /// `Image<64, 1, 1>` or `Vector<3>`.
    constexpr Text text() const {
        Text t;
        if (is_vector) return t << "Vector<" << channels << ">";
        return t << "Image<" << channels << ", " << height << ", " << width << ">";
    }
};

template <int Channels, int Height, int Width> inline constexpr Shape Image{Channels, Height, Width, false};
/// What has one dimension, such as sound or the tokens of a text: an image of height 1. Its positions are in time
/// order.
template <int Channels, int Length> inline constexpr Shape Signal{Channels, 1, Length, false};
template <int Features> inline constexpr Shape Vector{Features, 1, 1, true};

/// The most samples that one pass takes; any number from 1 to it runs.
struct BatchSize {
    int samples;
};
template <int Samples> inline constexpr BatchSize Batch{Samples};

/// `2_GiB`, `256_MiB` and `16_KiB` in bytes.
constexpr std::size_t operator""_GiB(unsigned long long n) { return n << 30; }
constexpr std::size_t operator""_MiB(unsigned long long n) { return n << 20; }
constexpr std::size_t operator""_KiB(unsigned long long n) { return n << 10; }

}  // namespace tn
