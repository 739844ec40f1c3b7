// The loops that an exported header is made of, as text: each in C++17, every size a template argument.
#pragma once

#include <string_view>

#include "dsl/core/operation.hpp"

namespace tn {

struct HeaderKernel {
    Operation::Kind operation;
    std::string_view source;
};

/// Before the kernels that have windows.
inline constexpr std::string_view header_window = R"(
/// How KH x KW windows, DH and DW apart between taps, move over [Channels][Height][Width] by SH rows and SW columns, with
/// Top rows and Left columns of padding before the first, to [Rows][Columns] positions.
template <int Channels, int Height, int Width, int Rows, int Columns, int KH, int KW, int SH, int SW, int Top, int Left,
          int DH, int DW>
struct Window {
    static constexpr int channels = Channels, height = Height, width = Width, rows = Rows, columns = Columns;
    static constexpr int plane = Height * Width, positions = Rows * Columns, taps = KH * KW;

    /// Calls f(tap, y, x, stride, count) for every tap and row of windows: `count` windows from position y on have the
    /// values at x, x + stride, ... of a plane for it.
    template <class F> static void each_row(F f) {
        for (int tap = 0; tap < taps; ++tap) {
            const int up = Top - tap / KW * DH, left = Left - tap % KW * DW;
            const int top = up > 0 ? (up + SH - 1) / SH : 0, first = left > 0 ? (left + SW - 1) / SW : 0;
            const int bottom = Height + up > 0 ? (Height - 1 + up) / SH + 1 : 0;
            const int end = Width + left > 0 ? (Width - 1 + left) / SW + 1 : 0;
            for (int row = top; row < (bottom < Rows ? bottom : Rows); ++row)
                f(tap, row * Columns + first, (row * SH - up) * Width + first * SW - left, SW,
                  (end < Columns ? end : Columns) - first);
        }
    }
};
)";

inline constexpr HeaderKernel header_kernels[] = {
    {Operation::convolution, R"(
/// x, zeros around it, to F images of W's positions; each group of filters sees its own channels.
template <class W, int Groups, int F, bool Relu>
inline void convolution(const float* x, const float* weight, const float* bias, float* y) {
    constexpr int channels = W::channels / Groups;
    for (int f = 0; f < F; ++f, y += W::positions) {
        for (int i = 0; i < W::positions; ++i) y[i] = bias[f];
        const float* plane = x + f / (F / Groups) * channels * W::plane;
        for (int c = 0; c < channels; ++c, plane += W::plane, weight += W::taps)
            W::each_row([=](int tap, int to, int from, int stride, int count) {
                for (int i = 0; i < count; ++i) y[to + i] += weight[tap] * plane[from + i * stride];
            });
        if (Relu)
            for (int i = 0; i < W::positions; ++i) y[i] = y[i] > 0 ? y[i] : 0.0f;
    }
}
)"},
    {Operation::transposed_convolution, R"(
/// From C images of W's positions to W's images: every value times its window of weight [C][channels][taps], summed.
template <class W, int C> inline void transposed_convolution(const float* x, const float* weight, const float* bias, float* y) {
    for (int k = 0; k < W::channels; ++k)
        for (int i = 0; i < W::plane; ++i) y[k * W::plane + i] = bias[k];
    for (int c = 0; c < C; ++c, x += W::positions)
        for (int k = 0; k < W::channels; ++k, weight += W::taps) {
            float* plane = y + k * W::plane;
            W::each_row([=](int tap, int from, int to, int stride, int count) {
                for (int i = 0; i < count; ++i) plane[to + i * stride] += weight[tap] * x[from + i];
            });
        }
}
)"},
    {Operation::upsample_nearest, R"(
/// C images of H x W pixels, each pixel F rows and columns.
template <int C, int H, int W, int F> inline void upsample_nearest(const float* x, float* y) {
    for (int c = 0; c < C; ++c, x += H * W)
        for (int row = 0; row < H * F; ++row)
            for (int column = 0; column < W * F; ++column) *y++ = x[row / F * W + column / F];
}
)"},
    {Operation::upsample_bilinear, R"(
/// C images of H x W pixels with F times as many rows and columns, linear between the middles of pixels.
template <int C, int H, int W, int F> inline void upsample_bilinear(const float* x, float* y) {
    for (int c = 0; c < C; ++c, x += H * W)
        for (int row = 0; row < H * F; ++row) {
            const float at_row = (row + 0.5f) / F - 0.5f;
            const int top = at_row > 0 ? static_cast<int>(at_row) : 0, bottom = top + (at_row > 0 && top + 1 < H);
            const float below = at_row > 0 ? at_row - top : 0.0f;
            for (int column = 0; column < W * F; ++column) {
                const float at = (column + 0.5f) / F - 0.5f;
                const int left = at > 0 ? static_cast<int>(at) : 0, right = left + (at > 0 && left + 1 < W);
                const float after = at > 0 ? at - left : 0.0f;
                const float* above_row = x + top * W;
                const float* below_row = x + bottom * W;
                *y++ = (1 - below) * ((1 - after) * above_row[left] + after * above_row[right]) +
                       below * ((1 - after) * below_row[left] + after * below_row[right]);
            }
        }
}
)"},
    {Operation::scale, R"(
/// y = weight[c] x + bias[c], C channels of Plane values.
template <int C, int Plane, bool Relu>
inline void scale(const float* x, const float* weight, const float* bias, float* y) {
    for (int c = 0; c < C; ++c)
        for (int i = c * Plane; i < (c + 1) * Plane; ++i) {
            const float value = weight[c] * x[i] + bias[c];
            y[i] = Relu && !(value > 0) ? 0.0f : value;
        }
}
)"},
    {Operation::max_pool, R"(
/// The largest value of every window.
template <class W> inline void max_pool(const float* x, float* y) {
    for (int c = 0; c < W::channels; ++c, x += W::plane, y += W::positions) {
        for (int i = 0; i < W::positions; ++i) y[i] = -INFINITY;
        W::each_row([=](int, int to, int from, int stride, int count) {
            for (int i = 0; i < count; ++i)
                y[to + i] = x[from + i * stride] > y[to + i] ? x[from + i * stride] : y[to + i];
        });
    }
}
)"},
    {Operation::average_pool, R"(
/// The mean of every window, where padding counts as zeros.
template <class W> inline void average_pool(const float* x, float* y) {
    for (int c = 0; c < W::channels; ++c, x += W::plane, y += W::positions) {
        for (int i = 0; i < W::positions; ++i) y[i] = 0.0f;
        W::each_row([=](int, int to, int from, int stride, int count) {
            for (int i = 0; i < count; ++i) y[to + i] += x[from + i * stride];
        });
        for (int i = 0; i < W::positions; ++i) y[i] *= 1.0f / W::taps;
    }
}
)"},
    {Operation::global_average_pool, R"(
/// The mean of each of C channels of Plane values.
template <int C, int Plane> inline void global_average_pool(const float* x, float* y) {
    for (int c = 0; c < C; ++c, x += Plane) {
        float sum = 0;
        for (int i = 0; i < Plane; ++i) sum += x[i];
        y[c] = sum / Plane;
    }
}
)"},
    {Operation::multiply, R"(
/// N factors, each for Each values.
template <int N, int Each> inline void product(const float* factor, const float* x, float* y) {
    for (int n = 0; n < N; ++n)
        for (int i = n * Each; i < (n + 1) * Each; ++i) y[i] = factor[n] * x[i];
}
)"},
    {Operation::add, R"(
template <int N, bool Relu> inline void sum(const float* a, const float* b, float* y) {
    for (int i = 0; i < N; ++i) {
        const float value = a[i] + b[i];
        y[i] = Relu && !(value > 0) ? 0.0f : value;
    }
}
)"},
    {Operation::concat, R"(
template <int N> inline void copy(const float* x, float* y) {
    for (int i = 0; i < N; ++i) y[i] = x[i];
}
)"},
    {Operation::softmax, R"(
/// Over the C channels at each of Plane positions.
template <int C, int Plane> inline void softmax(const float* x, float* y) {
    for (int i = 0; i < Plane; ++i) {
        float most = x[i], sum = 0;
        for (int c = 1; c < C; ++c) most = x[c * Plane + i] > most ? x[c * Plane + i] : most;
        for (int c = 0; c < C; ++c) sum += y[c * Plane + i] = std::exp(x[c * Plane + i] - most);
        for (int c = 0; c < C; ++c) y[c * Plane + i] /= sum;
    }
}
)"},
};

}  // namespace tn
