// The tensors of a fused block, as its kernels take them.
#pragma once

#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/cuda/execution.hpp"

namespace tn::cuda {

/// Conv's weight and bias, then BN's weight and bias; null where the block has none.
template <BlockGeometry G> struct BlockTensors {
    /// As BN has them (dsl/layers/batch_norm.hpp).
    static constexpr float epsilon = 1e-5f, momentum = 0.1f;
    static constexpr std::size_t filters = static_cast<std::size_t>(G.conv.filters), weights = G.conv.weights();
    static constexpr std::size_t first_norm = G.bias ? 2 : 1;
    static constexpr Shape z_shape{G.conv.filters, G.conv.out_h(), G.conv.out_w()};
    std::size_t x_size, y_size, z_size;

    explicit BlockTensors(const Pass<float>& p)
        : x_size(static_cast<std::size_t>(p.n) * G.conv.in_size()), y_size(static_cast<std::size_t>(p.n) * G.y_size()),
          z_size(static_cast<std::size_t>(p.n) * G.conv.out_size()) {}

    static Span<float> of(float* first, bool there = true) { return {there ? first : nullptr, filters}; }
    Span<const float> x(const Pass<float>& p) const { return {p.x, x_size}; }
    Span<float> y(const Pass<float>& p) const { return {p.y, y_size}; }
    Span<const float> dy(const Pass<float>& p) const { return {p.dy, y_size}; }
    Span<float> dx(const Pass<float>& p) const { return {p.dx, x_size}; }
    static Span<const float> weight(const Pass<float>& p) { return {p.parameter[0], weights}; }
    static Span<float> dweight(const Pass<float>& p) { return {p.gradient[0], weights}; }
    static Span<float> bias(const Pass<float>& p) { return of(p.parameter[1], G.bias); }
    static Span<float> gamma(const Pass<float>& p) { return of(p.parameter[first_norm], G.norm); }
    static Span<float> beta(const Pass<float>& p) { return of(p.parameter[first_norm + 1], G.norm); }
    static Span<float> dbias(const Pass<float>& p) { return of(p.gradient[1], G.bias); }
    static Span<float> dgamma(const Pass<float>& p) { return of(p.gradient[first_norm], G.norm); }
    static Span<float> dbeta(const Pass<float>& p) { return of(p.gradient[first_norm + 1], G.norm); }
    static Span<float> state(const Pass<float>& p, std::size_t k) { return of(p.state[k], G.norm); }
};

}  // namespace tn::cuda
