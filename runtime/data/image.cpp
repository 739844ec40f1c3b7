#include "runtime/data/image.hpp"

#include <fmt/format.h>
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/exif.hpp"
#include "runtime/data/image_validation.hpp"
#include "runtime/data/resample.hpp"
#include "runtime/data/stb_limit.hpp"

namespace tn {
namespace {

struct FreePixels {
    void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

bool allowed(std::int64_t width, std::int64_t height) {
    return width >= 1 && height >= 1 && width <= max_picture_side && height <= max_picture_side &&
           static_cast<std::uint64_t>(width * height) <= max_picture_pixels;
}

/// The most that decoding such a picture takes at once: 16 bits in four channels, in a buffer that is doubled when it
/// is full, with the margins of a JPEG's blocks; or the compressed data in such a buffer. What inflates to more than
/// its picture needs is not inflated to the end.
std::size_t memory_for(std::int64_t width, std::int64_t height, std::size_t file_bytes) {
    return 16 * static_cast<std::size_t>((width + 64) * (height + 64)) + (1 << 20) + 2 * file_bytes;
}

/// Where in the stored rows the upright picture begins, and the step to its next column and row, in pixels.
struct Walk {
    std::ptrdiff_t origin, next_column, next_row;
};

Walk upright_walk(int orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
    const std::ptrdiff_t bottom = (height - 1) * width, last = height * width - 1;
    const std::array<Walk, 8> walks{{{0, 1, width},
                                     {width - 1, -1, width},
                                     {last, -1, -width},
                                     {bottom, 1, -width},
                                     {0, width, 1},
                                     {bottom, -width, 1},
                                     {last, -width, -1},
                                     {width - 1, width, -1}}};
    return walks[static_cast<std::size_t>(orientation - 1)];
}

/// Interleaved rows as stored to upright planes.
Picture upright_planes(const stbi_uc* stored, int channels, int width, int height, int orientation) {
    const Walk walk = upright_walk(orientation, width, height);
    if (orientation >= 5) std::swap(width, height);
    Picture picture{{channels, height, width}, {}};
    picture.pixels.resize(picture.shape.size());
    std::uint8_t* out = picture.pixels.data();
    for (int c = 0; c < channels; ++c)
        for (int y = 0; y < height; ++y) {
            std::ptrdiff_t at = walk.origin + y * walk.next_row;
            for (int x = 0; x < width; ++x, at += walk.next_column) *out++ = stored[at * channels + c];
        }
    return picture;
}

/// A rectangle of a picture, in pixels.
struct Rectangle {
    int top, left, height, width;
};

/// Where a rectangle begins in a plane of this width.
std::size_t corner(Rectangle rectangle, int width) {
    return static_cast<std::size_t>(rectangle.top) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(rectangle.left);
}

/// The largest size of the proportions of `shape` that fits into height x width, at least 1 x 1, centred there.
Rectangle largest_inside(PictureShape shape, int height, int width) {
    const double scale = std::min(static_cast<double>(height) / shape.height, static_cast<double>(width) / shape.width);
    const int h = std::clamp(static_cast<int>(std::lround(shape.height * scale)), 1, height);
    const int w = std::clamp(static_cast<int>(std::lround(shape.width * scale)), 1, width);
    return {(height - h) / 2, (width - w) / 2, h, w};
}

}  // namespace

void check_picture_shape(PictureShape shape, std::string_view what) {
    if (shape.channels != 1 && shape.channels != 3)
        throw Error(fmt::format("{} must have 1 channel (grey) or 3 (RGB), not {}", what, shape.channels));
    if (!allowed(shape.width, shape.height))
        throw Error(fmt::format("{} must have sides of 1 to {} and at most {} megapixels, not {} x {}", what,
                                max_picture_side, max_picture_pixels / 1'000'000, shape.height, shape.width));
}

Picture decode_picture(std::span<const std::uint8_t> bytes, int channels, const std::string& name) {
    if (channels != 1 && channels != 3)
        throw Error(fmt::format("{}: a picture is read with 1 channel (grey) or 3 (RGB), not {}", name, channels));
    if (bytes.size() > max_picture_bytes)
        throw Error(fmt::format("{}: has {} bytes, over the limit of {}", name, bytes.size(), max_picture_bytes));
    if (const std::string damage = image_damage(bytes); !damage.empty())
        throw Error(fmt::format("{}: the picture cannot be decoded: {}", name, damage));

    const int length = static_cast<int>(bytes.size());
    int width = 0, height = 0, stored_channels = 0;
    const auto refuse = [&] {
        return Error(fmt::format("{}: must be a JPEG, PNG, BMP, GIF, PGM or PPM picture that can be decoded ({})", name,
                                 stbi_failure_reason()));
    };
    if (!stbi_info_from_memory(bytes.data(), length, &width, &height, &stored_channels)) throw refuse();
    const std::int64_t rows = std::abs(std::int64_t{height});  // negative in a BMP whose top row comes first
    if (!allowed(width, rows))
        throw Error(fmt::format("{}: must have sides of 1 to {} and at most {} megapixels, not {} x {}", name,
                                max_picture_side, max_picture_pixels / 1'000'000, rows, width));
    const StbLimit limit(memory_for(width, rows, bytes.size()));
    const std::unique_ptr<stbi_uc, FreePixels> stored(
        stbi_load_from_memory(bytes.data(), length, &width, &height, &stored_channels, channels));
    if (!stored) throw refuse();
    return upright_planes(stored.get(), channels, width, height, exif_orientation(bytes));
}

Picture read_picture(const std::filesystem::path& path, int channels) {
    return decode_picture(read_file(path, max_picture_bytes), channels, path.string());
}

Picture resize(const Picture& picture, PictureShape shape, Fit fit) {
    check_picture_shape(picture.shape, "a picture to resize");
    check_picture_shape(shape, "the wanted size");
    if (picture.pixels.size() != picture.shape.size())
        throw Error("a picture to resize must have a byte for every pixel");
    if (shape.channels != picture.shape.channels)
        throw Error(fmt::format("the wanted size must have the picture's {} channels, not {}", picture.shape.channels,
                                shape.channels));
    if (shape == picture.shape) return picture;

    Rectangle from{0, 0, picture.shape.height, picture.shape.width}, to{0, 0, shape.height, shape.width};
    if (fit == Fit::cover) from = largest_inside(shape, from.height, from.width);
    if (fit == Fit::pad) to = largest_inside(picture.shape, to.height, to.width);
    Picture result{shape, std::vector<std::uint8_t>(shape.size())};
    const std::size_t in_plane = picture.pixels.size() / static_cast<std::size_t>(shape.channels);
    const std::size_t out_plane = result.pixels.size() / static_cast<std::size_t>(shape.channels);
    const std::uint8_t* in = picture.pixels.data() + corner(from, picture.shape.width);
    std::uint8_t* out = result.pixels.data() + corner(to, shape.width);
    for (int c = 0; c < shape.channels; ++c, in += in_plane, out += out_plane)
        resample({in, from.height, from.width, picture.shape.width}, {out, to.height, to.width, shape.width});
    return result;
}

std::vector<std::uint8_t> encode_png(const Picture& picture) {
    check_picture_shape(picture.shape, "a picture to write");
    const auto channels = static_cast<std::size_t>(picture.shape.channels);
    if (picture.pixels.size() != picture.shape.size())
        throw Error("a picture to write must have a byte for every pixel");
    const std::size_t plane = picture.pixels.size() / channels;
    std::vector<std::uint8_t> rows(picture.pixels.size()), file;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < plane; ++i) rows[i * channels + c] = picture.pixels[c * plane + i];
    const auto append = [](void* context, void* data, int size) {
        const auto* bytes = static_cast<const std::uint8_t*>(data);
        static_cast<std::vector<std::uint8_t>*>(context)->assign(bytes, bytes + size);
    };
    if (!stbi_write_png_to_func(append, &file, picture.shape.width, picture.shape.height, picture.shape.channels,
                                rows.data(), picture.shape.width * picture.shape.channels))
        throw Error("not enough memory to write the picture");
    return file;
}

void write_png(const std::filesystem::path& path, const Picture& picture) {
    std::vector<std::uint8_t> file;
    try {
        file = encode_png(picture);
    } catch (const Error& e) {
        throw Error(fmt::format("{}: {}", path.string(), e.what()));
    }
    write_file(path, file);
}

}  // namespace tn
