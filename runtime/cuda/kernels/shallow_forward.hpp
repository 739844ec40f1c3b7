// A block of few input channels, forward: one kernel, in training and in evaluation.
#pragma once

#include <cmath>

#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/shallow_patch.hpp"

namespace tn::cuda {

/// A filter with the normalisation behind it is a filter: scale w p + offset.
template <BlockGeometry G> struct NormalisedFilters {
    /// The variance counts where `inverse` is null.
    Span<const float> weight, bias, mean, inverse, variance, gamma, beta;
    float epsilon;

    TN_DEVICE float scale(int f) const {
        if constexpr (G.norm) return gamma[f] * (inverse ? inverse[f] : 1 / std::sqrt(variance[f] + epsilon));
        return 1;
    }
    TN_DEVICE float offset(int f) const {
        float z = 0;
        if constexpr (G.bias) z = bias[f];
        if constexpr (G.norm) return (z - mean[f]) * scale(f) + beta[f];
        return z;
    }
};

/// y = pool(relu(norm(z))) from x. A thread makes a window's values of 8 filters. Blocks: windows x groups of filters.
template <BlockGeometry G> struct ShallowForward {
    static constexpr int threads = 128, together = 8, depth = patch_depth(G), side = window_side(G);
    static constexpr int groups = (G.conv.filters + together - 1) / together;
    static constexpr std::size_t shared_bytes = together * (depth + 1) * sizeof(float);
    int n;
    NormalisedFilters<G> filters;
    Span<const float> x;
    Span<float> y;
    Span<unsigned char> choice;   // null: not kept

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr ConvGeometry C = G.conv;
        constexpr int plane = static_cast<int>(G.y_plane());
        const auto own = t.template shared<float>(0, static_cast<std::size_t>(together * (depth + 1)));
        const int first = t.block() % groups * together, i = t.block() / groups * threads + t.thread();
        for (int k = t.thread(); k < together * (depth + 1); k += threads) {
            const int d = k / together, f = first + k % together;
            float value = 0;
            if (f < C.filters) value = d < depth ? filters.weight[f * depth + d] * filters.scale(f) : filters.offset(f);
            own[k] = value;
        }
        t.barrier();
        if (i >= n * plane) return;

        const int sample = i / plane, at = i % plane;
        constexpr float no_shift[C.channels]{};
        const WindowPatch<G> patch(x, sample, at, no_shift);
        float z[together][side * side];
        TN_UNROLL
        for (int k = 0; k < together; ++k) {
            const float offset = own[depth * together + k];
            TN_UNROLL
            for (int s = 0; s < side * side; ++s) z[k][s] = offset;
        }
        TN_UNROLL
        for (int d = 0; d < depth; ++d)
            TN_UNROLL
            for (int k = 0; k < together; ++k) {
                const float w = own[d * together + k];
                TN_UNROLL
                for (int s = 0; s < side * side; ++s) z[k][s] += w * patch(s, d);
            }
        TN_UNROLL
        for (int k = 0; k < together; ++k)
            if (C.filters % together == 0 || first + k < C.filters)
                put((sample * C.filters + first + k) * plane + at, z[k]);
    }

private:
    TN_DEVICE void put(int to, const float (&z)[side * side]) const {
        float best = z[0];
        int chosen = 0;
        TN_UNROLL
        for (int s = 1; s < side * side; ++s)
            if (z[s] > best) {
                best = z[s];
                chosen = s;
            }
        const bool passes = !G.relu || !(best <= 0);   // NaN goes through
        y[to] = passes ? best : 0.0f;
        if (choice) choice[to] = passes ? static_cast<unsigned char>(chosen) : no_choice;
    }
};

}  // namespace tn::cuda
