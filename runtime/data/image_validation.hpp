// What must be true of a picture file before stb_image 2.27 may see it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tn {

/// Why the bytes must not be decoded, or "" when they may be: a file that ends early (the decoder would fill in
/// black), a PNG whose critical chunks fail their checksum, a JPEG whose Huffman tables do not fit the decoder's or
/// whose scans make it visit more than 2^30 pixels, a PGM or PPM that is not 8 bits deep, a side over 65535. Bytes of
/// an unknown kind pass; the decoder refuses them.
std::string image_damage(std::span<const std::uint8_t> bytes);

}  // namespace tn
