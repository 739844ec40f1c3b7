// Scaling one plane of bytes.
#pragma once

#include <cstdint>

namespace tn {

/// A rectangle of a plane whose rows are `stride` bytes apart; `pixels` is its top left corner.
template <class Byte> struct Plane {
    Byte* pixels;
    int height, width, stride;
};

/// Fills `out` with `in`, scaled: each side with a triangle filter of the radius of one output pixel or one input
/// pixel, whichever is larger (so an enlarged plane is bilinear and a shrunken one is antialiased), cut off and
/// renormalised at the edges. All sides must be positive; the planes must not overlap. Takes scratch memory of 4 bytes
/// for every pixel of `out` and of the smaller way there, which is never more than the larger of both planes.
void resample(Plane<const std::uint8_t> in, Plane<std::uint8_t> out);

}  // namespace tn
