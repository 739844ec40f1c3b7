// Scaling one plane of bytes to the very bytes that Pillow and torchvision make of it.
#pragma once

#include <cstdint>

#include "runtime/data/resample.hpp"

namespace tn {

/// The whole of which a plane is a part: its sides, and where in it the plane begins.
struct SourceWindow {
    int height, width, top, left;
};

/// Fills `out` with that part of `in` scaled to the window's sides: the triangle filter of resample(), but rounded to
/// bytes between the two passes, first along rows, by weights of 22 bits, as Pillow does. Networks that were trained on
/// pictures scaled so give the same answers to 5 digits, where another rounding costs the third. All sides must be
/// positive; the planes must not overlap.
void resample_bytes(Plane<const std::uint8_t> in, Plane<std::uint8_t> out, SourceWindow window);

}  // namespace tn
