// The fused block in evaluation: one kernel.
#pragma once

#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/conv_operands.hpp"

namespace tn::cuda {

/// Evaluation in one kernel: each column is a pixel of a pooling window, and the window's columns lie side by side.
template <BlockGeometry G, Precision P> struct ConvInferKernel {
    using Product = EvaluationProduct<G, P>;
    static constexpr Tile T = Product::T;
    static constexpr int windows = ConvOperands<G, true>::pixels, pitch = T.columns + 1;
    static_assert(windows <= T.columns, "typenet: a fused Pool on CUDA has a window of at most 8; name Fusion::off");
    static constexpr std::size_t values_at = Product::shared_bytes;
    static constexpr std::size_t shared_bytes = values_at + T.rows * pitch * sizeof(float);
    static constexpr int row_tiles = Product::row_tiles;

    Product product;
    NormOfFilters<G> norm;
    Span<float> y;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int filters = G.conv.filters, plane = G.y_plane();
        auto values = t.template shared<float>(values_at, T.rows * pitch);
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
            const float scale = norm.scale(f), offset = norm.offset(f);
            y[(at.sample * filters + f) * plane + at.at] =
                pooled<G>([&](int k) { return values[row * pitch + window * windows + k] * scale + offset; }).y;
        }
    }
};

}  // namespace tn::cuda
