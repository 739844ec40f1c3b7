#include "runtime/data/image/decode_with.hpp"

#include <fmt/format.h>

#include <mutex>
#include <new>

#include "runtime/data/image/upright.hpp"

namespace tn::image {
namespace {

/// With the name of the file. A reason may be a sentence about the file itself.
Error named(const std::string& name, const Error& error) {
    const std::string_view reason = error.what();
    const bool about_file = reason.starts_with("is a") || reason.starts_with("must ");
    return Error(fmt::format("{}: {}{}", name, about_file ? "" : "the picture cannot be decoded: ", reason));
}

constexpr std::int64_t large = 64'000'000;

std::mutex& one_large_picture() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

bool allowed_size(std::int64_t width, std::int64_t height) {
    return width >= 1 && height >= 1 && width <= max_picture_side && height <= max_picture_side &&
           static_cast<std::uint64_t>(width * height) <= max_picture_pixels;
}

std::string allowed_sizes() {
    return fmt::format("must have sides of 1 to {} and at most {} megapixels", max_picture_side,
                       max_picture_pixels / 1'000'000);
}

Picture decode_with(const Decoder& decoder, Bytes file, int channels, const std::string& name, Ground ground) {
    try {
        const Header header = decoder.header(file);
        if (!allowed_size(header.width, header.height))
            throw Error(fmt::format("{}, not {} x {}", allowed_sizes(), header.height, header.width));
        std::unique_lock alone(one_large_picture(), std::defer_lock);
        if (header.width * header.height > large) alone.lock();
        return upright_planes(decoder.decode(file, channels == 1), channels, header.orientation, ground);
    } catch (const Error& error) {
        throw named(name, error);
    } catch (const std::bad_alloc&) {
        throw named(name, Error("there is not enough memory for it"));
    }
}

}  // namespace tn::image
