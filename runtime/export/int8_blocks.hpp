// The loops of an exported header on bytes that are neither convolution nor dense, as text.
#pragma once

#include <string_view>

#include "runtime/export/header_kernels.hpp"

namespace tn {

/// In, Out: layouts of bytes, 16 channels innermost.
inline constexpr HeaderKernel int8_block_kernels[] = {
    {Operation::max_pool, R"(
/// The largest byte of every window.
template <class In, class Out, class T> inline void int8_max_pool(const Byte* x, Byte* y, int zero) {
    fill_border<Out>(y, zero);
    for (int b = 0; b < Out::blocks; ++b)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column) {
                Byte most[16] = {};
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h < 0 || h >= In::height || w < 0 || w >= In::width) continue;
                        const Byte* from = x + b * In::block + In::at(h, w);
                        for (int c = 0; c < 16; ++c) most[c] = from[c] > most[c] ? from[c] : most[c];
                    }
                Byte* to = y + b * Out::block + Out::at(row, column);
                for (int c = 0; c < 16; ++c) to[c] = most[c];
            }
}
)"},
    {Operation::average_pool, R"(
/// The mean of every window, where padding counts as zeros: sum * scale + the range's zero.
template <class In, class Out, class T>
inline void int8_average_pool(const Byte* x, Byte* y, float scale, int in_zero, int zero, Range range) {
    fill_border<Out>(y, zero);
    for (int b = 0; b < Out::blocks; ++b)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column) {
                int sum[16] = {};
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h < 0 || h >= In::height || w < 0 || w >= In::width) continue;
                        const Byte* from = x + b * In::block + In::at(h, w);
                        for (int c = 0; c < 16; ++c) sum[c] += from[c] - in_zero;
                    }
                put_16(y + b * Out::block + Out::at(row, column), sum, scale, range);
            }
}
)"},
    {Operation::global_average_pool, R"(
/// The mean of each channel: sum * scale + the range's zero.
template <class In, class Out>
inline void int8_global_average_pool(const Byte* x, Byte* y, float scale, int in_zero, int zero, Range range) {
    fill_border<Out>(y, zero);
    for (int b = 0; b < Out::blocks; ++b) {
        int sum[16] = {};
        for (int row = 0; row < In::height; ++row)
            for (int column = 0; column < In::width; ++column) {
                const Byte* from = x + b * In::block + In::at(row, column);
                for (int c = 0; c < 16; ++c) sum[c] += from[c];
            }
        for (int c = 0; c < 16; ++c) sum[c] -= In::height * In::width * in_zero;
        put_16(y + b * Out::block + Out::at(0, 0), sum, scale, range);
    }
}
)"},
    {Operation::add, R"(
/// a_scale a + b_scale b + the range's zero.
template <class In, class Other, class Out>
inline void int8_add(const Byte* a, const Byte* b, Byte* y, float a_scale, float b_scale, int zero, Range range) {
    fill_border<Out>(y, zero);
    for (int block = 0; block < Out::blocks; ++block)
        for (int row = 0; row < Out::height; ++row) {
            const Byte *from = a + block * In::block + In::at(row, 0), *other = b + block * Other::block + Other::at(row, 0);
            Byte* to = y + block * Out::block + Out::at(row, 0);
            for (int i = 0; i < Out::width * 16; ++i) {
                const float v = from[i] * a_scale + other[i] * b_scale + range.zero;
                to[i] = static_cast<Byte>(static_cast<int>((v < range.low ? range.low : v > range.high ? range.high : v) + 0.5f));
            }
        }
}
)"},
    {Operation::pointwise, R"(
/// A function of one value as a table of what it makes of every byte.
template <class In, class Out> inline void int8_table(const Byte* x, Byte* y, const Byte* table, int zero) {
    fill_border<Out>(y, zero);
    for (int b = 0; b < Out::blocks; ++b)
        for (int row = 0; row < Out::height; ++row) {
            const Byte* from = x + b * In::block + In::at(row, 0);
            Byte* to = y + b * Out::block + Out::at(row, 0);
            for (int i = 0; i < Out::width * 16; ++i) to[i] = table[from[i]];
        }
}
)"},
    {Operation::concat, R"(
/// The channels of x as those from First on.
template <class In, class Out, int First> inline void int8_copy(const Byte* x, Byte* y) {
    for (int row = 0; row < In::height; ++row)
        for (int column = 0; column < In::width; ++column) {
            const Byte* from = x + In::at(row, column);
            Byte* to = y + Out::at(row, column);
            for (int c = 0; c < In::channels; ++c) to[Out::channel(First + c)] = from[In::channel(c)];
        }
}
)"},
};

inline constexpr std::string_view int8_put_16 = R"(
inline void put_16(Byte* to, const int* sum, float scale, Range range) {
    for (int c = 0; c < 16; ++c) {
        const float v = static_cast<float>(sum[c]) * scale + range.zero;
        to[c] = static_cast<Byte>(static_cast<int>((v < range.low ? range.low : v > range.high ? range.high : v) + 0.5f));
    }
}
)";

}  // namespace tn
