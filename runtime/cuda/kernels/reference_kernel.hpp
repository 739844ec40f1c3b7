// A layer's, or a loss's, own reference mathematics as a kernel: a thread for every independent part.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cuda/execution.hpp"

namespace tn::cuda {

/// f(i, i + 1) for i from 0 to count - 1. What f calls must be constexpr: nvcc then compiles it for the device.
template <class F> struct ReferenceKernel {
    int count;
    F f;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Index at = global_index(t);  // of more threads than there are parts
        if (at >= count) return;
        const int i = static_cast<int>(at);
        f(i, i + 1);
    }
};

/// A layer with value(x) and slope(x, y). These are called here and not through the layer's forward, so that nvcc
/// refuses one that is not constexpr.
template <class L>
concept Elementwise = requires(float v) {
    { L::value(v) } -> std::same_as<float>;
    { L::slope(v, v) } -> std::same_as<float>;
};

template <class L> struct ElementwiseForward {
    std::size_t count;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i < count) y[i] = L::value(x[i]);
    }
};

template <class L> struct ElementwiseBackward {
    std::size_t count;
    Span<const float> x, y, dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i < count) dx[i] = dy[i] * L::slope(x ? x[i] : 0.0f, y ? y[i] : 0.0f);
    }
};

}  // namespace tn::cuda
