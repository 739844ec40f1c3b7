// How an exported header lays images out, as text.
#pragma once

#include <string_view>

namespace tn {

inline constexpr std::string_view header_layouts = R"(
/// C images of H x W values with zeros around them, 16 channels innermost: [C / 16][rows][columns][16].
template <int C, int H, int W, int Top = 0, int Left = 0, int Bottom = 0, int Right = 0> struct Blocked {
    static constexpr int channels = C, height = H, width = W, rows = Top + H + Bottom, columns = Left + W + Right;
    static constexpr int top = Top, left = Left, pixel = 16, step = 1, blocks = (C + 15) / 16, block = rows * columns * 16;
    static constexpr int vectors = (C + lanes - 1) / lanes;
    static constexpr bool has_border = rows * columns > H * W;
    static constexpr int in_block(int b) { return C - 16 * b < 16 ? C - 16 * b : 16; }
    static constexpr int at(int row, int column) { return ((row + Top) * columns + column + Left) * 16; }
    /// Where the lanes of vector v lie.
    static constexpr int vector(int v) { return v * lanes / 16 * block + v * lanes % 16; }
    static constexpr int channel(int c) { return c / 16 * block + c % 16; }
};
/// The same as planes: [C][rows][columns].
template <int C, int H, int W, int Top = 0, int Left = 0, int Bottom = 0, int Right = 0> struct Planes {
    static constexpr int channels = C, height = H, width = W, rows = Top + H + Bottom, columns = Left + W + Right;
    static constexpr int top = Top, left = Left, pixel = 1, step = rows * columns, blocks = 1, block = C * step;
    static constexpr bool has_border = rows * columns > H * W;
    static constexpr int in_block(int) { return C; }
    static constexpr int at(int row, int column) { return (row + Top) * columns + column + Left; }
    static constexpr int channel(int c) { return c * step; }
};

/// Zeros around the images.
template <class L> inline void clear_border(float* y) {
    constexpr int planes = L::pixel == 16 ? L::blocks : L::channels, plane = L::rows * L::columns * L::pixel;
    constexpr int before = L::top * L::columns * L::pixel, left = L::left * L::pixel;
    constexpr int inside = L::width * L::pixel, right = (L::columns - L::left - L::width) * L::pixel;
    constexpr int after = (L::rows - L::top - L::height) * L::columns * L::pixel;
    for (int p = 0; p < planes; ++p, y += plane) {
        float* to = y;
        for (int i = 0; i < before; ++i) *to++ = 0.0f;
        for (int row = 0; row < L::height; ++row, to += inside + right) {
            for (int i = 0; i < left; ++i) *to++ = 0.0f;
            for (int i = 0; i < right; ++i) to[inside + i] = 0.0f;
        }
        for (int i = 0; i < after; ++i) *to++ = 0.0f;
    }
}
)";

inline constexpr std::string_view header_convert = R"(
/// The same values in another layout.
template <class From, class To> inline void convert(const float* x, float* y) {
    if constexpr (To::has_border) clear_border<To>(y);
    for (int c = 0; c < To::channels; ++c)
        for (int row = 0; row < To::height; ++row) {
            const float* from = x + From::channel(c) + From::at(row, 0);
            float* to = y + To::channel(c) + To::at(row, 0);
            for (int column = 0; column < To::width; ++column) to[column * To::pixel] = from[column * From::pixel];
        }
}
)";

}  // namespace tn
