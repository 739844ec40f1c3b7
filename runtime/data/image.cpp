#include "runtime/data/image.hpp"

#include <fmt/format.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/image/decode_with.hpp"
#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/format.hpp"
#include "runtime/data/resample.hpp"
#include "runtime/data/resample_bytes.hpp"

namespace tn {
namespace {

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

/// The whole whose middle is `shape`, for Fit::centre; both sides are rounded down, as torchvision does, and the long
/// side of a strip is cut short where an int ends.
SourceWindow around_centre(PictureShape shape, int height, int width) {
    constexpr double longest = std::numeric_limits<int>::max() - 1;
    const double scale = std::max(shape.height * 8.0 / 7 / height, shape.width * 8.0 / 7 / width);
    const int h = std::max(shape.height, static_cast<int>(std::min(height * scale + 1e-6, longest)));
    const int w = std::max(shape.width, static_cast<int>(std::min(width * scale + 1e-6, longest)));
    return {h, w, static_cast<int>(std::nearbyint((h - shape.height) / 2.0)),
            static_cast<int>(std::nearbyint((w - shape.width) / 2.0))};
}

}  // namespace

void check_picture_shape(PictureShape shape, std::string_view what) {
    if (shape.channels != 1 && shape.channels != 3)
        throw Error(fmt::format("{} must have 1 channel (grey) or 3 (RGB), not {}", what, shape.channels));
    if (!image::allowed_size(shape.width, shape.height))
        throw Error(fmt::format("{} {}, not {} x {}", what, image::allowed_sizes(), shape.height, shape.width));
}

Picture decode_picture(std::span<const std::uint8_t> bytes, int channels, const std::string& name, Ground ground) {
    if (channels != 1 && channels != 3)
        throw Error(fmt::format("{}: a picture is read with 1 channel (grey) or 3 (RGB), not {}", name, channels));
    if (bytes.size() > max_picture_bytes)
        throw Error(fmt::format("{}: has {} bytes, over the limit of {}", name, bytes.size(), max_picture_bytes));
    if (bytes.empty()) throw Error(fmt::format("{}: the picture cannot be decoded: it is empty", name));
    const image::Format* format = image::format_of(bytes);
    if (!format) throw Error(fmt::format("{}: is no picture of a known format", name));
    const image::Decoder* decoder = image::decoder_of(format->name);
    if (!decoder) throw Error(fmt::format("{}: {}", name, image::why_not_read(*format)));
    return image::decode_with(*decoder, bytes, channels, name, ground);
}

std::string picture_decoders() { return image::describe_decoders(); }

Picture read_picture(const std::filesystem::path& path, int channels, Ground ground) {
    return decode_picture(read_file(path, max_picture_bytes), channels, path.string(), ground);
}

Picture resize(const Picture& picture, PictureShape shape, Fit fit) {
    check_picture_shape(picture.shape, "a picture to resize");
    check_picture_shape(shape, "the wanted size");
    if (picture.pixels.size() != picture.shape.size())
        throw Error("a picture to resize must have a byte for every pixel");
    if (shape.channels != picture.shape.channels)
        throw Error(fmt::format("the wanted size must have the picture's {} channels, not {}", picture.shape.channels,
                                shape.channels));
    if (shape == picture.shape && fit != Fit::centre) return picture;

    Rectangle from{0, 0, picture.shape.height, picture.shape.width}, to{0, 0, shape.height, shape.width};
    if (fit == Fit::cover) from = largest_inside(shape, from.height, from.width);
    if (fit == Fit::pad) to = largest_inside(picture.shape, to.height, to.width);
    Picture result{shape, std::vector<std::uint8_t>(shape.size())};
    const std::size_t in_plane = picture.pixels.size() / static_cast<std::size_t>(shape.channels);
    const std::size_t out_plane = result.pixels.size() / static_cast<std::size_t>(shape.channels);
    const std::uint8_t* in = picture.pixels.data() + corner(from, picture.shape.width);
    std::uint8_t* out = result.pixels.data() + corner(to, shape.width);
    for (int c = 0; c < shape.channels; ++c, in += in_plane, out += out_plane) {
        const Plane<const std::uint8_t> source{in, from.height, from.width, picture.shape.width};
        const Plane<std::uint8_t> wanted{out, to.height, to.width, shape.width};
        if (fit == Fit::centre)
            resample_bytes(source, wanted, around_centre(shape, from.height, from.width));
        else
            resample(source, wanted);
    }
    return result;
}

namespace {

/// The picture pixel by pixel, as files have it. Throws Error when it has not the bytes of its shape.
std::vector<std::uint8_t> interleave(const Picture& picture) {
    check_picture_shape(picture.shape, "a picture to write");
    const auto channels = static_cast<std::size_t>(picture.shape.channels);
    if (picture.pixels.size() != picture.shape.size())
        throw Error("a picture to write must have a byte for every pixel");
    const std::size_t plane = picture.pixels.size() / channels;
    std::vector<std::uint8_t> rows(picture.pixels.size());
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < plane; ++i) rows[i * channels + c] = picture.pixels[c * plane + i];
    return rows;
}

struct Written {
    std::vector<std::uint8_t> file;
    bool whole = true;
};

/// For stb, to which the file comes in parts. Nothing may be thrown through C, which would not free what it has.
void append(void* context, void* data, int size) noexcept {
    Written& written = *static_cast<Written*>(context);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    try {
        written.file.insert(written.file.end(), bytes, bytes + size);
    } catch (const std::bad_alloc&) {
        written.whole = false;
    }
}

std::vector<std::uint8_t> checked(Written written, bool made) {
    if (!made || !written.whole || written.file.empty()) throw Error("not enough memory to write the picture");
    return std::move(written.file);
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Picture& picture) {
    const std::vector<std::uint8_t> rows = interleave(picture);
    const PictureShape s = picture.shape;
    Written written;
    const bool made =
        stbi_write_png_to_func(append, &written, s.width, s.height, s.channels, rows.data(), s.width * s.channels) != 0;
    return checked(std::move(written), made);
}

std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality) {
    if (quality < 1 || quality > 100) throw Error(fmt::format("a JPEG has a quality of 1 to 100, not {}", quality));
    const std::vector<std::uint8_t> rows = interleave(picture);
    const PictureShape s = picture.shape;
    Written written;
    const bool made =
        stbi_write_jpg_to_func(append, &written, s.width, s.height, s.channels, rows.data(), quality) != 0;
    return checked(std::move(written), made);
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
