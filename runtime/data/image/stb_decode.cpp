#include "runtime/data/image/stb_decode.hpp"

#include <fmt/format.h>
#include <stb/stb_image.h>

#include "runtime/data/stb_limit.hpp"

namespace tn::image {
namespace {

/// The most that decoding such a picture takes at once: 16 bits in four channels, in a buffer that is doubled when it
/// is full, with the margins of a JPEG's blocks; or the compressed data in such a buffer. What inflates to more than
/// its picture needs is not inflated to the end.
std::size_t memory_for(int width, int height, std::size_t file_bytes) {
    return 16 * static_cast<std::size_t>(width + 64) * static_cast<std::size_t>(height + 64) + (1 << 20) +
           2 * file_bytes;
}

Error damaged() { return Error(fmt::format("it is damaged ({})", stbi_failure_reason())); }

StbLimit limit_for(Bytes file) {
    int width = 0, height = 0, channels = 0;
    if (!stbi_info_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels)) throw damaged();
    return StbLimit(memory_for(width, height, file.size()));
}

}  // namespace

std::string stb_name() { return "stb_image " TN_STB_VERSION; }

Decoded stb_decode(Bytes file, int channels) {
    const StbLimit limit = limit_for(file);
    Decoded d;
    int stored = 0;
    d.pixels.reset(
        stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &d.width, &d.height, &stored, channels));
    if (!d.pixels) throw damaged();
    d.channels = channels ? channels : stored;
    return d;
}

Decoded stb_decode_16(Bytes file) {
    const StbLimit limit = limit_for(file);
    int width = 0, height = 0, channels = 0;
    const std::unique_ptr<stbi_us, void (*)(void*)> deep(
        stbi_load_16_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels, 0),
        stbi_image_free);
    if (!deep) throw damaged();
    Decoded d(width, height, channels);
    const std::size_t samples = d.row() * d.rows();
    for (std::size_t i = 0; i < samples; ++i)
        d.pixels[i] = static_cast<std::uint8_t>((deep.get()[i] * 255u + 32767u) / 65535u);
    return d;
}

}  // namespace tn::image
