// stb_image, the decoder that is always there.
#pragma once

#include <string>

#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// "stb_image" with its version.
std::string stb_name();

/// Decodes a JPEG or PNG whose structure was checked, to so many channels (0: as many as it has); 16 bits are cut to 8.
/// Takes at most the memory that the picture's sides call for.
Decoded stb_decode(Bytes file, int channels);

/// The same of a PNG of 16 bits a sample, rounded to 8.
Decoded stb_decode_16(Bytes file);

}  // namespace tn::image
