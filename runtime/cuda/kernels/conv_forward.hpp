// The fused block, forward: the convolution with z's statistics, and their sum.
#pragma once

#include "runtime/cuda/kernels/conv_operands.hpp"
#include "runtime/cuda/kernels/moments.hpp"

namespace tn::cuda {

/// How many pixels a group of tiles has: what its partial statistics weigh.
template <BlockGeometry G> TN_DEVICE float group_count(int n, int statistics, int group) {
    constexpr Tile T = Tile::of(G.conv.filters);
    const int pixels = n * ConvOperands<G, 0>::plane, tiles = (pixels + T.columns - 1) / T.columns;
    const int own = (tiles - group + statistics - 1) / statistics;
    const bool has_last = own > 0 && (tiles - 1 - group) % statistics == 0;
    return static_cast<float>(own * T.columns - (has_last ? tiles * T.columns - pixels : 0));
}

/// z = W x + bias, kept as Z, and the statistics of every filter over this block's pixels as they are kept. Blocks:
/// `statistics` x rows of tiles.
template <BlockGeometry G, Precision P, class Z> struct ConvForwardKernel {
    static constexpr Tile T = Tile::of(G.conv.filters);
    static constexpr int warps = tile_threads / warp, down = T.rows / 16;
    static constexpr std::size_t sums_at = tile_bytes<T>, means_at = sums_at + warps * T.rows * sizeof(float);
    static constexpr std::size_t shared_bytes = means_at + (G.norm ? T.rows * sizeof(float) : 0);
    static constexpr int row_tiles = (G.conv.filters + T.rows - 1) / T.rows;

    ConvOperands<G, 0> operands;
    int statistics;
    Span<const float> bias;
    Span<Z> z;
    Span<float> partial;   // [statistics][filters][mean, squares]

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = ConvOperands<G, 0>::plane, filters = G.conv.filters;
        const int first_row = t.block() % row_tiles * T.rows, group = t.block() / row_tiles;
        const int pixels = operands.n * plane, tiles = (pixels + T.columns - 1) / T.columns;
        Moments moments;   // thread r < T.rows keeps row r's
        for (int tile = group; tile < tiles; tile += statistics) {
            const int first_column = tile * T.columns;
            auto sum = multiply<P, T>(t, operands, first_row, first_column, 0, operands.inner);
            sum.each(t, [&](float& v, int row, int column) {
                const int f = first_row + row, i = first_column + column;
                if (f >= filters || i >= pixels) return;
                if constexpr (G.bias) v += bias[f];
                const Z kept(v);
                z[(i / plane * filters + f) * plane + i % plane] = kept;
                v = kept;
            });
            if constexpr (G.norm) {
                const int count = pixels - first_column < T.columns ? pixels - first_column : T.columns;
                moments.add(of_tile(t, sum, count));
            }
        }
        if constexpr (G.norm)
            if (t.thread() < T.rows && first_row + t.thread() < filters) {
                partial[2 * (group * filters + first_row + t.thread())] = moments.mean;
                partial[2 * (group * filters + first_row + t.thread()) + 1] = moments.squares;
            }
    }

private:
    /// The moments of row t.thread() over the tile's first `count` columns.
    template <class Thread> TN_DEVICE static Moments of_tile(Thread& t, Accumulators<T>& sum, int count) {
        auto means = t.template shared<float>(means_at, T.rows);
        const float total = row_sums(t, sum, count, [](float v, int, int) { return v; });
        const float mean = total / static_cast<float>(count);
        if (t.thread() < T.rows) means[t.thread()] = mean;
        t.barrier();
        float center[down][2];
        TN_UNROLL
        for (int i = 0; i < down; ++i)
            TN_UNROLL
            for (int h = 0; h < 2; ++h) center[i][h] = means[16 * i + t.thread() % warp / 4 + 8 * h];
        const float squares = row_sums(t, sum, count, [&](float v, int i, int h) {
            return (v - center[i][h]) * (v - center[i][h]);
        });
        return {static_cast<float>(count), mean, squares};
    }

    /// The sum of f(value, i, h) over the first `count` columns of row t.thread(), for threads below T.rows; the value
    /// lies in row 8 h + lane / 4 of the thread's tile i.
    template <class Thread, class F>
    TN_DEVICE static float row_sums(Thread& t, const Accumulators<T>& sum, int count, F f) {
        auto sums = t.template shared<float>(sums_at, static_cast<std::size_t>(warps * T.rows));
        const int lane = t.thread() % warp, w = t.thread() / warp;
        TN_UNROLL
        for (int i = 0; i < down; ++i)
            TN_UNROLL
            for (int h = 0; h < 2; ++h) {
                float v = 0;
                TN_UNROLL
                for (int j = 0; j < Accumulators<T>::across; ++j)
                    TN_UNROLL
                    for (int k = 2 * h; k < 2 * h + 2; ++k)
                        if (Accumulators<T>::column(w, lane, j, k) < count) v += f(sum.value[i][j][k], i, h);
                v += t.shuffle_xor(v, 1);
                v += t.shuffle_xor(v, 2);
                if (lane % 4 == 0) sums[w * T.rows + 16 * i + lane / 4 + 8 * h] = v;
            }
        t.barrier();
        float total = 0;
        if (t.thread() < T.rows)
            for (int k = 0; k < warps; ++k) total += sums[k * T.rows + t.thread()];
        t.barrier();
        return total;
    }
};

inline constexpr int statistics_threads = 256;

/// What ConvForwardKernel leaves of z's statistics.
template <BlockGeometry G> struct PartialStatistics {
    static constexpr std::size_t shared_bytes = statistics_threads / warp * sizeof(float);
    int n, statistics;
    Span<const float> partial;

    /// The moments of filter t.block(), in every thread.
    template <class Thread> TN_DEVICE Moments sum(Thread& t) const {
        auto scratch = t.template shared<float>(0, statistics_threads / warp);
        const auto count = static_cast<float>(n * ConvOperands<G, 0>::plane);
        float own = 0, squares = 0;
        each(t, [&](const Moments& m) { own += m.count * m.mean; });
        const float mean = block_sum(t, own, scratch) / count;
        each(t, [&](const Moments& m) { squares += m.squares + m.count * (m.mean - mean) * (m.mean - mean); });
        return {count, mean, block_sum(t, squares, scratch)};
    }

private:
    /// Calls f for this thread's share of the parts.
    template <class Thread, class F> TN_DEVICE void each(const Thread& t, F f) const {
        for (int s = t.thread(); s < statistics; s += statistics_threads) {
            const int at = 2 * (s * G.conv.filters + t.block());
            f(Moments{group_count<G>(n, statistics, s), partial[at], partial[at + 1]});
        }
    }
};

/// Leaves z's moments in `To`: the batch's statistics, or this process's part of them where several share the batch. A
/// block a filter.
template <BlockGeometry G, class To = BatchStatistics> struct StatisticsKernel {
    static constexpr std::size_t shared_bytes = PartialStatistics<G>::shared_bytes;
    PartialStatistics<G> parts;
    To to;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Moments all = parts.sum(t);
        if (t.thread() == 0) to.set(t.block(), all);
    }
};

}  // namespace tn::cuda
