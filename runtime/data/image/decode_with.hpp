// A picture by a decoder that is named.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/data/image.hpp"
#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// Whether a picture may have this size, and which it may have: "must have sides of 1 to ...".
bool allowed_size(std::int64_t width, std::int64_t height);
std::string allowed_sizes();

/// decode_picture() by this decoder, for bytes that begin as its format does. `channels` must be 1 or 3.
Picture decode_with(const Decoder& decoder, Bytes file, int channels, const std::string& name, Ground ground = {});

}  // namespace tn::image
