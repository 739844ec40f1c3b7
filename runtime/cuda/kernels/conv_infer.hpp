// The fused block in evaluation: one kernel.
#pragma once

#include <cmath>

#include "runtime/cuda/kernels/conv_operands.hpp"

namespace tn::cuda {

/// Evaluation in one kernel: each column is a pixel of a pooling window, and the window's columns lie side by side.
template <BlockGeometry G, Precision P> struct ConvInferKernel {
    using Product = EvaluationProduct<G, P>;
    static constexpr Tile T = Product::T;
    static constexpr int windows = ConvOperands<G, true>::pixels, pitch = T.columns + 1;
    static_assert(windows <= T.columns, "typenet: a fused Pool on CUDA has a window of at most 8; name Fusion::off");
    static constexpr std::size_t values_at = Product::shared_bytes;
    static constexpr std::size_t shared_bytes = values_at + static_cast<std::size_t>(T.rows * pitch) * sizeof(float);
    static constexpr int row_tiles = Product::row_tiles;

    Product product;
    Span<const float> bias, running_mean, running_var, gamma, beta;
    float epsilon;
    Span<float> y;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int filters = G.conv.filters, plane = static_cast<int>(G.y_plane());
        auto values = t.template shared<float>(values_at, static_cast<std::size_t>(T.rows * pitch));
        const int row_tile = t.block() % row_tiles, tile = t.block() / row_tiles;
        auto sum = product(t, row_tile, tile);
        sum.each_two(t, [&](float first, float second, int row, int column) {
            values[row * pitch + column] = first;
            values[row * pitch + column + 1] = second;
        });
        t.barrier();
        for (int i = t.thread(); i < T.rows * (T.columns / windows); i += tile_threads) {
            const int row = i / (T.columns / windows), f = row_tile * T.rows + row;
            const int window = i % (T.columns / windows);
            const Place at = product.place(tile, window * windows);
            if (f >= filters || !at.inside) continue;
            float scale = 1, offset = 0;
            if constexpr (G.bias) offset = bias[f];
            if constexpr (G.norm) {
                scale = gamma[f] / std::sqrt(running_var[f] + epsilon);
                offset = (offset - running_mean[f]) * scale + beta[f];
            }
            float best = values[row * pitch + window * windows] * scale + offset;
            TN_UNROLL
            for (int k = 1; k < (G.pool() ? G.pool_window * G.pool_window : 1); ++k) {
                const float v = values[row * pitch + window * windows + k] * scale + offset;
                best = v > best ? v : best;
            }
            y[(at.sample * filters + f) * plane + at.at] = !G.relu || !(best <= 0) ? best : 0.0f;
        }
    }
};

}  // namespace tn::cuda
