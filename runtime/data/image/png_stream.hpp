// The structure of a PNG file.
#pragma once

#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// The size of a PNG, and the orientation of its eXIf chunk (PNG 3, section 11.3.4.5).
Header png_header(Bytes file);

/// Throws Error unless every chunk is there, up to the end of the picture, those that are needed to decode it are of a
/// known kind, and their checksums are right.
void check_png(Bytes file);

/// The bits of a sample.
int png_depth(Bytes file);

}  // namespace tn::image
