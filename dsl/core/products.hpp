// Sums over rows of memory, of which layers that multiply matrices are made in their reference mathematics.
#pragma once

#include "dsl/core/index.hpp"

namespace tn::detail {

/// The sum of a[i] b[i]: in eight parts, of which compilers make vectors, always in the same order.
template <class T> constexpr T dot(const T* a, const T* b, Index count) {
    T part[8]{}, sum = 0;
    Index i = 0;
    for (; i + 8 <= count; i += 8)
        for (int k = 0; k < 8; ++k) part[k] += a[i + k] * b[i + k];
    for (; i < count; ++i) sum += a[i] * b[i];
    for (int k = 0; k < 8; ++k) sum += part[k];
    return sum;
}

template <class T> constexpr T total(const T* a, Index count) {
    T sum = 0;
    for (Index i = 0; i < count; ++i) sum += a[i];
    return sum;
}

template <class T> constexpr void fill(T* y, T value, Index count) {
    for (Index i = 0; i < count; ++i) y[i] = value;
}

/// y += factor x.
template <class T> constexpr void add_scaled(T* y, T factor, const T* x, Index count) {
    for (Index i = 0; i < count; ++i) y[i] += factor * x[i];
}

/// A weight [outputs][inputs] as it acts at every position of [channels][positions].
template <class T> struct Projection {
    const T *weight, *bias;  ///< bias may be null
    Index outputs, inputs, positions;

    /// y = weight x + bias.
    constexpr void forward(const T* x, T* y) const {
        for (Index o = 0; o < outputs; ++o) {
            fill(y + o * positions, bias ? bias[o] : T(0), positions);
            for (Index c = 0; c < inputs; ++c)
                add_scaled(y + o * positions, weight[o * inputs + c], x + c * positions, positions);
        }
    }
    /// dx = weight' dy.
    constexpr void backward(const T* dy, T* dx) const {
        fill(dx, T(0), inputs * positions);
        for (Index o = 0; o < outputs; ++o)
            for (Index c = 0; c < inputs; ++c)
                add_scaled(dx + c * positions, weight[o * inputs + c], dy + o * positions, positions);
    }
};

/// What a row of the gradient of a Projection's weight, and of its bias if that is not null, is in a batch of n
/// samples: `dy` is that output's channel and `x` the first input's in the first sample; the next samples' are so much
/// farther.
template <class T> struct ProjectionRow {
    const T *dy, *x;
    Index next_dy, next_x, positions;

    constexpr void gradients(int n, Index inputs, T* weight, T* bias) const {
        for (Index c = 0; c < inputs; ++c) {
            T sum = 0;
            for (int k = 0; k < n; ++k) sum += dot(dy + k * next_dy, x + k * next_x + c * positions, positions);
            weight[c] = sum;
        }
        if (!bias) return;
        *bias = 0;
        for (int k = 0; k < n; ++k) *bias += total(dy + k * next_dy, positions);
    }
};

}  // namespace tn::detail
