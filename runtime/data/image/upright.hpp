// From the rows that a decoder gives to the planes of a picture.
#pragma once

#include "runtime/data/ground.hpp"
#include "runtime/data/image.hpp"
#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// The picture upright, in planes of 1 channel (grey) or 3 (RGB), on the ground where it is transparent. Grey of a
/// colour is 0.299 R + 0.587 G + 0.114 B.
Picture upright_planes(const Decoded& stored, int channels, int orientation, Ground ground);

}  // namespace tn::image
