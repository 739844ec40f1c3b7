// The loops of an exported header that computes in integers alone, as text: small, for processors without floats.
#pragma once

#include <string_view>

#include "runtime/export/header_kernels.hpp"

namespace tn {

inline constexpr std::string_view integer_basics = R"(
using Byte = unsigned char;
using Weight = signed char;

/// C channels of H x W bytes: [row][column][channel].
template <int C, int H, int W, int Pixel> struct Bytes {
    static constexpr int channels = C, height = H, width = W, size = C * H * W;
    static constexpr int at(int row, int column) { return (row * W + column) * C; }
};
template <int KH, int KW, int SH, int SW, int Top, int Left, int DH, int DW> struct Taps {
    static constexpr int height = KH, width = KW, count = KH * KW, step_h = SH, step_w = SW, top = Top, left = Left;
    static constexpr int apart_h = DH, apart_w = DW;
};
/// value * multiplier / 2^shift, rounded.
struct Factor {
    int multiplier, shift;
};
inline int times(long long value, Factor f) {
    return static_cast<int>((value * f.multiplier + (1LL << (f.shift - 1))) >> f.shift);
}
/// What is added to a byte, and between which it stays.
struct Range {
    int zero, low, high;
};
inline Byte byte(int value, Range range) {
    value += range.zero;
    return static_cast<Byte>(value < range.low ? range.low : value > range.high ? range.high : value);
}
/// What a sum becomes: a byte, or a whole number where the network ends.
inline void put(Byte* to, int value, Range range) { *to = byte(value, range); }
inline void put(int* to, int value, Range) { *to = value; }
)";

inline constexpr std::string_view integer_input = R"(
/// The pixels of an image, plane after plane, as the network's bytes: by a table for every channel.
template <class Out> inline void look_up(const Byte* x, Byte* y, const Byte* table) {
    for (int c = 0; c < Out::channels; ++c, table += 256)
        for (int i = 0; i < Out::height * Out::width; ++i) y[i * Out::channels + c] = table[*x++];
}
)";

inline constexpr std::string_view integer_end = R"(
/// Bytes as whole numbers.
template <class In> inline void widen(const Byte* x, int* y, int zero, Factor factor) {
    for (int c = 0; c < In::channels; ++c)
        for (int i = 0; i < In::height * In::width; ++i) *y++ = times(x[i * In::channels + c] - zero, factor);
}
)";

/// Of both kinds of convolution and the dense layer, too.
inline constexpr HeaderKernel integer_kernels[] = {
    {Operation::convolution, R"(
/// A convolution or a dense layer: weight [filter][tap][channel]. Outside of the image bytes are `outside`.
template <class In, class T, int F, int Rows, int Columns, class To>
inline void convolution(const Byte* x, const Weight* weights, const int* bias, const int* multiplier, const Byte* shift, To* y,
                        int outside, Range range) {
    for (int row = 0; row < Rows; ++row)
        for (int column = 0; column < Columns; ++column) {
            const Weight* weight = weights;
            for (int f = 0; f < F; ++f) {
                int sum = bias[f];
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j, weight += In::channels) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h >= 0 && h < In::height && w >= 0 && w < In::width) {
                            const Byte* from = x + In::at(h, w);
                            for (int c = 0; c < In::channels; ++c) sum += from[c] * weight[c];
                        } else if (outside != 0) {
                            for (int c = 0; c < In::channels; ++c) sum += outside * weight[c];
                        }
                    }
                put(y++, times(sum, Factor{multiplier[f], shift[f]}), range);
            }
        }
}
)"},
    {Operation::scale, R"(
/// Every channel by its own window: weight [tap][channel].
template <class In, class T, int Rows, int Columns>
inline void depthwise(const Byte* x, const Weight* weights, const int* bias, const int* multiplier, const Byte* shift, Byte* y,
                      int outside, Range range) {
    for (int row = 0; row < Rows; ++row)
        for (int column = 0; column < Columns; ++column)
            for (int c = 0; c < In::channels; ++c) {
                int sum = bias[c];
                const Weight* weight = weights + c;
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j, weight += In::channels) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        const bool inside = h >= 0 && h < In::height && w >= 0 && w < In::width;
                        sum += (inside ? x[In::at(h, w) + c] : outside) * *weight;
                    }
                *y++ = byte(times(sum, Factor{multiplier[c], shift[c]}), range);
            }
}
)"},
    {Operation::max_pool, R"(
template <class In, class T, int Rows, int Columns> inline void max_pool(const Byte* x, Byte* y) {
    for (int row = 0; row < Rows; ++row)
        for (int column = 0; column < Columns; ++column)
            for (int c = 0; c < In::channels; ++c) {
                int most = 0;
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h >= 0 && h < In::height && w >= 0 && w < In::width && x[In::at(h, w) + c] > most)
                            most = x[In::at(h, w) + c];
                    }
                *y++ = static_cast<Byte>(most);
            }
}
)"},
    {Operation::average_pool, R"(
/// The mean of every window; outside of the image bytes are `zero`.
template <class In, class T, int Rows, int Columns>
inline void average_pool(const Byte* x, Byte* y, int zero, Factor factor, Range range) {
    for (int row = 0; row < Rows; ++row)
        for (int column = 0; column < Columns; ++column)
            for (int c = 0; c < In::channels; ++c) {
                int sum = 0;
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h >= 0 && h < In::height && w >= 0 && w < In::width) sum += x[In::at(h, w) + c] - zero;
                    }
                *y++ = byte(times(sum, factor), range);
            }
}
)"},
    {Operation::global_average_pool, R"(
template <class In> inline void global_average_pool(const Byte* x, Byte* y, int zero, Factor factor, Range range) {
    for (int c = 0; c < In::channels; ++c) {
        int sum = 0;
        for (int i = c; i < In::size; i += In::channels) sum += x[i] - zero;
        y[c] = byte(times(sum, factor), range);
    }
}
)"},
    {Operation::add, R"(
template <int N>
inline void sum(const Byte* a, const Byte* b, Byte* y, int a_zero, int b_zero, Factor of_a, Factor of_b, Range range) {
    for (int i = 0; i < N; ++i) y[i] = byte(times(a[i] - a_zero, of_a) + times(b[i] - b_zero, of_b), range);
}
)"},
    {Operation::pointwise, R"(
/// A function of one value: what it makes of every byte.
template <int N> inline void look_up_all(const Byte* x, Byte* y, const Byte* table) {
    for (int i = 0; i < N; ++i) y[i] = table[x[i]];
}
)"},
    {Operation::concat, R"(
/// The channels of x as those from First on of All.
template <class In, int All, int First> inline void copy(const Byte* x, Byte* y) {
    for (int i = 0; i < In::height * In::width; ++i)
        for (int c = 0; c < In::channels; ++c) y[i * All + First + c] = *x++;
}
)"},
};

}  // namespace tn
