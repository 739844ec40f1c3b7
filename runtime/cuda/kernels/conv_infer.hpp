// The fused block in evaluation: one kernel.
#pragma once

#include <cmath>

#include "runtime/cuda/kernels/conv_operands.hpp"

namespace tn::cuda {

/// Evaluation in one kernel: each column is a pixel of a pooling window, and the window's columns lie side by side.
template <BlockGeometry G, Precision P> struct ConvInferKernel {
    static constexpr int pixels_of_window() {
        int columns = 1;
        while (columns < G.pool_window * G.pool_window) columns *= 2;
        return G.pool() ? columns : 1;
    }
    static constexpr Tile T = Tile::of(G.conv.filters);
    static constexpr int windows = pixels_of_window(), pitch = T.columns + 1;
    static_assert(windows <= T.columns, "typenet: a fused Pool on CUDA has a window of at most 8; name Fusion::off");
    static constexpr std::size_t values_at = tile_bytes<T>;
    static constexpr std::size_t shared_bytes = values_at + static_cast<std::size_t>(T.rows * pitch) * sizeof(float);
    static constexpr int row_tiles = (G.conv.filters + T.rows - 1) / T.rows;

    ConvOperands<G, windows> operands;
    Span<const float> bias, running_mean, running_var, gamma, beta;
    float epsilon;
    Span<float> y;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int filters = G.conv.filters, plane = static_cast<int>(G.y_plane());
        auto values = t.template shared<float>(values_at, static_cast<std::size_t>(T.rows * pitch));
        const int first_row = t.block() % row_tiles * T.rows, first_column = t.block() / row_tiles * T.columns;
        auto sum = multiply<P, T>(t, operands, first_row, first_column, 0, operands.inner);
        sum.each(t, [&](float& v, int row, int column) { values[row * pitch + column] = v; });
        t.barrier();
        for (int i = t.thread(); i < T.rows * (T.columns / windows); i += tile_threads) {
            const int row = i / (T.columns / windows), f = first_row + row;
            const int window = i % (T.columns / windows), at = first_column / windows + window;
            if (f >= filters || at >= operands.n * plane) continue;
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
            y[(at / plane * filters + f) * plane + at % plane] = !G.relu || !(best <= 0) ? best : 0.0f;
        }
    }
};

}  // namespace tn::cuda
