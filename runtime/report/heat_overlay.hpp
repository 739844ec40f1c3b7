// A heat map over the picture that it is of.
#pragma once

#include <span>

#include "runtime/data/image.hpp"

namespace tn {

/// The picture in grey, coloured by a heat map [height][width] that is stretched over it: from violet where it has
/// nothing over orange to yellow where it is largest, lighter as it grows so that no colour need be told from another.
/// A map of zeros is violet all over. Three channels. Throws Error when the map has not so many values or the picture
/// not the bytes of its shape.
Picture overlay_heat(const Picture& picture, std::span<const float> heat, int height, int width);

}  // namespace tn
