// The sizes of a convolution and of the block Conv + BN + ReLU + Pool: structural types, so that they can be template
// arguments. Every other size (buffers, gradients, kernels) derives from these.
#pragma once

#include "dsl/core/index.hpp"

namespace tn {

/// A two-dimensional convolution of one sample: [channels][height][width] to [filters][out_h()][out_w()], weights
/// [filters][channels][kernel_h][kernel_w], `pad` rows and columns of zeros around the input and `more_pad` more below
/// and on the right.
struct ConvGeometry {
    int channels, height, width;
    int filters, kernel_h, kernel_w, stride = 1, pad = 0, more_pad = 0;

    constexpr int padded_h() const { return height + 2 * pad + more_pad; }
    constexpr int padded_w() const { return width + 2 * pad + more_pad; }
    constexpr int out_h() const { return (padded_h() - kernel_h) / stride + 1; }
    constexpr int out_w() const { return (padded_w() - kernel_w) / stride + 1; }
    constexpr int taps() const { return kernel_h * kernel_w; }
    constexpr Index in_plane() const { return Index{height} * width; }
    constexpr Index out_plane() const { return Index{out_h()} * out_w(); }
    constexpr Index in_size() const { return channels * in_plane(); }
    constexpr Index out_size() const { return filters * out_plane(); }
    constexpr Index weights() const { return Index{filters} * channels * taps(); }

    /// Multiplications and additions of one sample's forward pass, each counted as one.
    constexpr double flops() const {
        return 2.0 * static_cast<double>(out_size()) * static_cast<double>(channels) * taps();
    }

    constexpr bool valid() const {
        return channels > 0 && height > 0 && width > 0 && filters > 0 && kernel_h > 0 && kernel_w > 0 && stride > 0 &&
               pad >= 0 && more_pad >= 0 && padded_h() >= kernel_h && padded_w() >= kernel_w;
    }

    bool operator==(const ConvGeometry&) const = default;
};

/// A convolution and what is fused behind it, in this order: bias, batch normalisation, ReLU, which with a ceiling is
/// min(max(x, 0), ceiling), max pooling.
/// The output of one sample is [filters][y_h()][y_w()].
struct BlockGeometry {
    ConvGeometry conv;
    bool bias, norm, relu;
    int pool_window = 0, pool_stride = 0;  // 0: no pooling
    int ceiling = 0;                       // 0: none

    constexpr bool pool() const { return pool_window > 0; }
    /// Nothing is behind the convolution, whose output is z, but the bias.
    constexpr bool z_is_y() const { return !norm && !relu && !pool(); }
    constexpr int y_h() const { return pool() ? (conv.out_h() - pool_window) / pool_stride + 1 : conv.out_h(); }
    constexpr int y_w() const { return pool() ? (conv.out_w() - pool_window) / pool_stride + 1 : conv.out_w(); }
    constexpr Index y_plane() const { return Index{y_h()} * y_w(); }
    constexpr Index y_size() const { return conv.filters * y_plane(); }

    constexpr bool valid() const {
        return conv.valid() && pool_window >= 0 && ceiling >= 0 &&
               (!pool() || (pool_stride > 0 && pool_window <= conv.out_h() && pool_window <= conv.out_w()));
    }

    bool operator==(const BlockGeometry&) const = default;
};

}  // namespace tn
