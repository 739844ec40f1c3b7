// The inner loops of augmentation, a row of pixels at a time, compiled once an instruction set. All sets give the same
// bits: the operations of a pixel and their order are the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/core/isa.hpp"
#include "runtime/data/recolour.hpp"

namespace tn {

/// Where the pixels of an output row up to `end` are read from, in pixels of the input: at `scale * x + at` along
/// each axis, x counted from the middle of the row, plus a cubic of t = (x from the left + 0.5) * cells - cell.
struct RowPiece {
    int end = 0;
    float cells = 0, cell = 0;
    float scale[2]{}, at[2]{};
    float cubic[2][4]{};
};

/// What is done to the values of a row.
struct RowLight {
    float gain = 1, add = 0;             ///< v gain + add
    int erase_begin = 0, erase_end = 0;  ///< columns that become `grey`
    float grey = 0;
    float noise = 0;              ///< half the range of the noise, 0: none
    std::uint32_t noise_key = 0;  ///< value i of the picture gets random word i of this key
    float scale = 1, shift = 0;   ///< after v was brought to 0 .. 255: v scale + shift
};

struct PixelRows {
    /// Samples `channels` planes of height x width bytes bilinearly at the places of an output row, the edge repeated
    /// outside, into channel c's row at out + c * height * width, as 0 .. 255. The pieces are in order and fill it.
    void (*sample)(const std::uint8_t* in, int channels, int height, int width, const RowPiece* pieces, float* out);
    /// Changes the colours of `count` pixels of 0 .. 255.
    void (*recolour)(const ColourChange& change, float* red, float* green, float* blue, std::size_t count);
    /// Changes `count` values; `first` is the index of the first one in the picture.
    void (*light)(const RowLight& light, std::uint32_t first, float* values, int count);
    /// v scale + shift of `count` bytes.
    void (*plain)(const std::uint8_t* in, std::size_t count, float scale, float shift, float* out);
    double (*sum)(const float* values, std::size_t count);
};

/// Throws Error when the set is not available here.
const PixelRows& pixel_rows(Isa isa);

}  // namespace tn
