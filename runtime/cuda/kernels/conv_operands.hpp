// The matrices that a convolution of the fused block multiplies, forward.
#pragma once

#include "runtime/cuda/kernels/multiply.hpp"

namespace tn::cuda {

/// The rows of weights and the pixels of x that make z: [filters] x [n][out plane], inner extent [channels][taps], or
/// [taps][channels] where runs of channels fill a step. With Windows > 0 the columns are the pixels of each pooling
/// window, padded to so many.
template <BlockGeometry G, int Windows> struct ConvOperands {
    static constexpr ConvGeometry C = G.conv;
    static constexpr int plane = static_cast<int>(Windows ? G.y_plane() * Windows : C.out_plane());
    static constexpr int inner_channels = C.channels, inner = C.channels * C.taps();

    int n;
    Span<const float> x, weight;

    struct Column {
        bool inside;
        int base, y, x;   // where the sample begins, and the window's corner in it
    };
    TN_DEVICE float a(int row, int k) const { return row < C.filters ? weight[row * inner + k] : 0.0f; }
    TN_DEVICE Column column(int i) const {
        if (i >= n * plane) return {false, 0, 0, 0};
        const int sample = i / plane, at = i % plane;
        int oy = at / C.out_w(), ox = at % C.out_w();
        if constexpr (G.pool() && Windows > 0) {
            const int window = at / Windows, pixel = at % Windows;
            if (pixel >= G.pool_window * G.pool_window) return {false, 0, 0, 0};
            oy = window / G.y_w() * G.pool_stride + pixel / G.pool_window;
            ox = window % G.y_w() * G.pool_stride + pixel % G.pool_window;
        }
        return {true, sample * static_cast<int>(C.in_size()), oy * C.stride - C.pad, ox * C.stride - C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int at = place(c, k / C.taps(), k % C.taps());
        return at < 0 ? 0.0f : x[at];
    }

    struct Run {
        int channel, tap;
    };
    TN_DEVICE Run run(int k) const { return {k % C.channels, k / C.channels}; }
    TN_DEVICE float run_a(const Run& r, int row, int i) const {
        return row < C.filters ? weight[(row * C.channels + r.channel + i) * C.taps() + r.tap] : 0.0f;
    }
    TN_DEVICE int begin(const Run& r, const Column& c) const { return place(c, r.channel, r.tap); }
    TN_DEVICE float run_b(int begin, int i) const { return x[begin + i * static_cast<int>(C.in_plane())]; }

private:
    /// Where in x the value lies that a channel and a tap take for a column; -1: outside.
    TN_DEVICE static int place(const Column& c, int channel, int tap) {
        const int y = c.y + tap / C.kernel_w, at = c.x + tap % C.kernel_w;
        if (!c.inside || y < 0 || y >= C.height || at < 0 || at >= C.width) return -1;
        return c.base + (channel * C.height + y) * C.width + at;
    }
};

}  // namespace tn::cuda
