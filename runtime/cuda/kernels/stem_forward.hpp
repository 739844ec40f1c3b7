// A block of few input channels, forward: one kernel, in training and in evaluation.
#pragma once

#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/stem_patch.hpp"

namespace tn::cuda {

/// y = pool(relu(norm(z))) from x: a filter with the normalisation behind it is a filter. A thread makes a window's
/// values of 8 filters. Blocks: windows x groups of filters.
template <BlockGeometry G> struct StemForward {
    static constexpr int threads = 128, together = 8, depth = patch_depth(G), side = window_side(G);
    static constexpr int groups = (G.conv.filters + together - 1) / together;
    static constexpr std::size_t shared_bytes = together * (depth + 1) * sizeof(float);
    int n;
    Span<const float> weight;
    NormOfFilters<G> norm;
    Span<const float> x;
    Span<float> y;
    Span<unsigned char> argmax;  // null: not kept

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr ConvGeometry C = G.conv;
        constexpr int plane = G.y_plane();
        const auto own = t.template shared<float>(0, together * (depth + 1));
        const int first = t.block() % groups * together, i = t.block() / groups * threads + t.thread();
        for (int k = t.thread(); k < together * (depth + 1); k += threads) {
            const int d = k / together, f = first + k % together;
            float value = 0;
            if (f < C.filters) value = d < depth ? weight[f * depth + d] * norm.scale(f) : norm.offset(f);
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
        for (int d = 0; d < depth; ++d) TN_UNROLL
        for (int k = 0; k < together; ++k) {
            const float w = own[d * together + k];
            TN_UNROLL
            for (int s = 0; s < side * side; ++s) z[k][s] += w * patch(s, d);
        }
        TN_UNROLL
        for (int k = 0; k < together; ++k) {
            if (C.filters % together != 0 && first + k >= C.filters) break;
            const int to = (sample * C.filters + first + k) * plane + at;
            const Pooled one = pooled<G>([&](int s) { return z[k][s]; });
            y[to] = one.y;
            if (argmax) argmax[to] = one.argmax;
        }
    }
};

}  // namespace tn::cuda
