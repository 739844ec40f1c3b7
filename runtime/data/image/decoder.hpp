// What every decoder of pictures is: the size of a picture before its pixels, then the pixels.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "runtime/core/error.hpp"
#include "runtime/data/image/bytes.hpp"

namespace tn::image {

/// What a file says before its pixels are decoded.
struct Header {
    std::int64_t width = 0, height = 0;  ///< as stored
    int orientation = 1;                 ///< 1 to 8, by EXIF 2.32, section 4.6.4 A
};

struct FreePixels {
    void operator()(std::uint8_t* pixels) const { std::free(pixels); }
};
using Pixels = std::unique_ptr<std::uint8_t[], FreePixels>;

/// Bytes that are 0. Throws std::bad_alloc.
inline Pixels allocate_pixels(std::size_t bytes) {
    Pixels pixels(static_cast<std::uint8_t*>(std::calloc(bytes ? bytes : 1, 1)));
    if (!pixels) throw std::bad_alloc();
    return pixels;
}

/// Rows from the top as stored, the channels of a pixel beside each other: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
struct Decoded {
    int width = 0, height = 0, channels = 0;
    Pixels pixels;

    Decoded() = default;
    Decoded(std::int64_t w, std::int64_t h, int n)
        : width(static_cast<int>(w)),
          height(static_cast<int>(h)),
          channels(n),
          pixels(allocate_pixels(row() * rows())) {}
    std::size_t row() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels); }
    std::size_t rows() const { return static_cast<std::size_t>(height); }
    std::uint8_t* line(std::int64_t y) { return pixels.get() + static_cast<std::size_t>(y) * row(); }
};

/// A library, or code of our own, for one format. Its functions throw Error with a reason that needs no name of the
/// file, as in "it ends early", and may throw std::bad_alloc.
struct Decoder {
    std::string_view format;  ///< as Format::name
    std::string (*name)();    ///< with its version, as in "libjpeg-turbo 2.1.5"
    Header (*header)(Bytes file);
    /// Called for a file whose header says sides from 1 to max_picture_side. With `grey` a decoder may give grey where
    /// it has it at hand.
    Decoded (*decode)(Bytes file, bool grey);
};

/// The reason of a file that is cut off.
inline constexpr const char* ends_early = "it ends early";

}  // namespace tn::image
