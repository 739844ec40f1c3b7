// One picture: from the bytes of a file to pixels of a wanted shape, and back to a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/ground.hpp"

namespace tn {

/// Pixels in CHW order: shape.size() bytes, 0 black to 255 white.
struct Picture {
    PictureShape shape;
    std::vector<std::uint8_t> pixels;
};

/// How a picture of another aspect ratio gets the wanted shape.
enum class Fit {
    stretch,  ///< both sides scaled on their own: everything is seen, proportions change
    cover,    ///< the largest middle part of the wanted proportions: edges are lost
    pad,      ///< the whole picture in the middle, black around it
    centre,   ///< scaled to cover 8/7 of the wanted sides (256 for 224), then the middle: as networks that were trained
              ///< on ImageNet are tested
};

inline constexpr std::uint64_t max_picture_bytes = 1'500'000'000;  ///< of a picture file
inline constexpr std::uint64_t max_picture_pixels = 200'000'000;   ///< width x height
inline constexpr int max_picture_side = 65535;

/// Throws Error unless `shape` has 1 or 3 channels, sides of 1 to 65535 and at most 200 megapixels; `what` names it.
void check_picture_shape(PictureShape shape, std::string_view what);

/// Decodes a JPEG, PNG, GIF (its first frame), BMP, PBM, PGM or PPM, and, where their libraries were found, WebP (its
/// first frame), HEIC and AVIF, to 1 channel (grey) or 3 (RGB). What the file is its bytes say, not its name. The
/// picture is turned upright by its EXIF orientation, so height and width may be swapped. What is transparent is on
/// the ground. Samples of another depth are scaled to 8 bits. Throws Error "name: reason" for a damaged, unknown or too
/// large picture, and when there is not enough memory; of a format that is not read the reason names it.
///
/// Pictures over 64 megapixels take up to 2 GB while they are decoded, so that it is done for one at a time.
Picture decode_picture(std::span<const std::uint8_t> bytes, int channels, const std::string& name, Ground ground = {});

/// The format and the library that decodes it, for each that is read: "JPEG by libjpeg-turbo 2.1.5, PNG by
/// libpng 1.6.39,
/// ...". The pixels of a JPEG, WebP, HEIC or AVIF depend on it, by a level here and there.
std::string picture_decoders();

/// decode_picture of a file; its path is the name.
Picture read_picture(const std::filesystem::path& path, int channels, Ground ground = {});

/// The picture in another size, each colour on its own (see resample.hpp: antialiased when shrinking, bilinear when
/// enlarging). `shape` must have the picture's channels; throws Error otherwise.
Picture resize(const Picture& picture, PictureShape shape, Fit fit = Fit::stretch);

/// The picture as the bytes of a PNG file. Throws Error when it has not the bytes of its shape.
std::vector<std::uint8_t> encode_png(const Picture& picture);

/// The same as a baseline JPEG file, of a quality of 1 to 100, as libjpeg counts it.
std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality);

/// Writes the picture as PNG, as a whole or not at all. Throws Error "path: reason".
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace tn
