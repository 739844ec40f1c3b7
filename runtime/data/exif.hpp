// Which way up a photograph is: the one field of EXIF that changes its pixels.
#pragma once

#include <cstdint>
#include <span>

namespace tn {

/// The orientation tag (0x0112) of a JPEG's EXIF block, 1 to 8 (EXIF 2.32, section 4.6.4 A); 1, upright, when the
/// bytes are no JPEG, have no EXIF or have a malformed one. Never throws.
int exif_orientation(std::span<const std::uint8_t> jpeg);

/// The same of what is in an EXIF block, behind "Exif": a TIFF structure, as PNG and WebP hold it. Never throws.
int tiff_orientation(std::span<const std::uint8_t> exif);

}  // namespace tn
