// What the kernels on bytes are given and how their tensors lie in memory.
#pragma once

#include <cstdint>

#include "dsl/core/index.hpp"
#include "dsl/core/window.hpp"

namespace tn::cpu {

/// Bytes of an image with such that stand for zero around them: [channels / pixel][rows][columns][pixel]. `pixel`: 16,
/// 4 or 1 channels innermost, or 0: floats as planes without padding.
struct ByteImage {
    int channels = 0, height = 0, width = 0, pixel = 16;
    Padding pad{};

    constexpr int rows() const { return pad.top + height + pad.bottom; }
    constexpr int columns() const { return pad.left + width + pad.right; }
    constexpr int blocks() const { return (channels + pixel - 1) / pixel; }
    constexpr Index block() const { return Index{rows()} * columns() * pixel; }
    constexpr Index at(int row, int column) const {
        return (Index{row + pad.top} * columns() + column + pad.left) * pixel;
    }
    /// Where the bytes of a channel begin.
    constexpr Index channel(int c) const { return c / pixel * block() + c % pixel; }
};

/// What sums become: sum * scale + zero, rounded to the nearest, of two the even one, from low to high.
struct ByteRange {
    float zero = 0, low = 0, high = 255;
};

/// A convolution, or a dense layer, whose taps are all pixels. The products are of fours: of a pixel's channels, or of
/// the taps in a row where an image has one channel in a pixel.
struct ByteConvolution {
    ByteImage in, out;  ///< out.pixel is 16, or 0
    Window window{};
    bool pools = false;  ///< the largest sums of 2 x 2 positions
    int fours = 0;
    const int* offsets = nullptr;         ///< [fours]: from the first tap of a window, in bytes
    const std::int8_t* weight = nullptr;  ///< [filters / 16][fours][16][4], at a multiple of 64 bytes
    const int* bias = nullptr;            ///< [filters / 16][16]
    const float* scale = nullptr;         ///< the same
    ByteRange range{};
    int positions = 1, panels = 1;  ///< of a tile: positions in a row, and sixteens of filters
};

/// Every channel by its own window: weight [channels / 16][rows][columns / together][16][together], where `together` is
/// that of the kernels; bias and scale as above.
struct ByteDepthwise {
    ByteImage in, out;
    Window window{};
    const std::int8_t* weight = nullptr;
    const int* bias = nullptr;
    const float* scale = nullptr;
    ByteRange range{};
};

/// What has no weights.
struct BytePass {
    ByteImage in, other, out;
    Window window{};
    float scale = 1, other_scale = 1;  ///< steps of x, and of the other input, in those of y
    int in_zero = 0, zero = 0;         ///< the bytes that stand for 0 in x and in y
    ByteRange range{};
    const std::uint8_t* table = nullptr;  ///< [256]
    int first = 0;                        ///< the channel of y at which those of x begin
};

struct ByteKernels {
    static constexpr int most_panels = 4;

    int together;                     ///< taps of a depthwise layer that are multiplied at once
    int most_positions[most_panels];  ///< of a tile with 1, 2, ... panels; 0: no such tiles

    void (*convolution)(const ByteConvolution& c, const std::uint8_t* x, void* y);
    void (*depthwise)(const ByteDepthwise& d, const std::uint8_t* x, std::uint8_t* y);
    /// x * scale + zero, rounded half up.
    void (*quantise)(const BytePass& p, const float* x, std::uint8_t* y);
    /// scale * (x - in_zero).
    void (*dequantise)(const BytePass& p, const std::uint8_t* x, float* y);
    void (*max_pool)(const BytePass& p, const std::uint8_t* x, std::uint8_t* y);
    /// Sums of windows, or of planes, times scale; padding counts as zeros.
    void (*average_pool)(const BytePass& p, const std::uint8_t* x, std::uint8_t* y);
    void (*global_average_pool)(const BytePass& p, const std::uint8_t* x, std::uint8_t* y);
    /// x * scale + other * other_scale + range.zero.
    void (*add)(const BytePass& p, const std::uint8_t* x, const std::uint8_t* other, std::uint8_t* y);
    void (*look_up)(const BytePass& p, const std::uint8_t* x, std::uint8_t* y);
    /// The channels of x as those of y from `first` on; with first == 0 also what is around y.
    void (*copy)(const BytePass& p, const std::uint8_t* x, std::uint8_t* y);
};

}  // namespace tn::cpu
