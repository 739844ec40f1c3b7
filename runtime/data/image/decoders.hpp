// Which decoders this build has.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/data/image/decoder.hpp"

namespace tn::image {

// Those that need no other library.
extern const Decoder embedded_jpeg, embedded_png, embedded_bmp, embedded_gif, embedded_pnm;
// Those of libraries, each where it was found.
extern const Decoder libjpeg, libpng, libwebp, libheif;

/// All decoders of this build. Of those for one format the first is used; the others are there to be compared.
std::span<const Decoder* const> decoders();

/// The one that is used for a format, by its name; nullptr: none.
const Decoder* decoder_of(std::string_view format);

/// Format and decoder of each, as in "JPEG by libjpeg-turbo 2.1.5, PNG by stb_image 2.27, ...": what the pixels of a
/// compressed picture may depend on.
std::string describe_decoders();

}  // namespace tn::image
