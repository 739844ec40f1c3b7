// The fused block, forward: the convolution with z's statistics, and their sum.
#pragma once

#include "runtime/cuda/kernels/conv_operands.hpp"
#include "runtime/cuda/kernels/moments.hpp"

namespace tn::cuda {

/// How many pixels a group of tiles has: what its partial statistics weigh.
template <BlockGeometry G, Precision P> TN_DEVICE float group_count(int n, int statistics, int group) {
    using Product = ForwardProduct<G, P>;
    int count = 0;
    for (int tile = group; tile < Product::tiles(n); tile += statistics) count += Product::count(n, tile);
    return static_cast<float>(count);
}

/// z = W x + bias, kept as Z, and the statistics of every filter over this block's pixels as they are kept. Blocks:
/// `statistics` x rows of tiles.
template <BlockGeometry G, Precision P, class Z> struct ConvForwardKernel {
    using Product = ForwardProduct<G, P>;
    static constexpr Tile T = Product::T;
    static constexpr std::size_t moments_at = Product::shared_bytes;
    static constexpr std::size_t shared_bytes = moments_at + (G.norm ? T.warps_across() * T.rows * sizeof(Moments) : 0);
    static constexpr int row_tiles = Product::row_tiles;

    Product product;
    int statistics;
    Span<const float> bias;
    Span<Z> z;
    Span<float> partial;  // [statistics][filters][mean, squares]

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int filters = G.conv.filters;
        const int row_tile = t.block() % row_tiles, first_row = row_tile * T.rows, group = t.block() / row_tiles;
        Moments moments;  // thread r < T.rows keeps row r's
        for (int tile = group; tile < Product::tiles(product.n); tile += statistics) {
            auto sum = product(t, row_tile, tile);
            if constexpr (G.bias)
                sum.each_two(t, [&](float& first, float& second, int row, int) {
                    const float offset = first_row + row < filters ? bias[first_row + row] : 0.0f;
                    first += offset;
                    second += offset;
                });
            store_tile(t, product, row_tile, tile, sum, z);
            if constexpr (G.norm) moments.add(of_tile(t, sum, tile));
        }
        if constexpr (G.norm)
            if (t.thread() < T.rows && first_row + t.thread() < filters) {
                partial[2 * (group * filters + first_row + t.thread())] = moments.mean;
                partial[2 * (group * filters + first_row + t.thread()) + 1] = moments.squares;
            }
    }

private:
    using Sums = Accumulators<T>;

    /// The moments of row t.thread() over the tile's pixels, for threads below T.rows. A warp's 4 lanes of a row put
    /// theirs together, then the warps.
    template <class Thread> TN_DEVICE Moments of_tile(Thread& t, const Sums& sum, int tile) const {
        auto parts = t.template shared<Moments>(moments_at, T.warps_across() * T.rows);
        const int lane = t.thread() % warp, w = t.thread() / warp;
        const auto sum_of = [&](auto value) {
            float v = 0;
            TN_UNROLL
            for (int j = 0; j < Sums::across; ++j) TN_UNROLL
            for (int k = 0; k < 2; ++k)
                if (Product::always_full || product.place(tile, Sums::column(w, lane, j, k)).inside) v += value(j, k);
            v += t.shuffle_xor(v, 1);
            return v + t.shuffle_xor(v, 2);
        };
        float count = Sums::across * 8;
        if constexpr (!Product::always_full) count = sum_of([](int, int) { return 1.0f; });
        const float share = count > 0 ? 1 / count : 0.0f;
        TN_UNROLL
        for (int i = 0; i < Sums::down; ++i) TN_UNROLL
        for (int h = 0; h < 2; ++h) {
            const auto value = [&](int j, int k) { return sum.value[i][j][2 * h + k]; };
            const float mean = sum_of(value) * share;
            const float squares = sum_of([&](int j, int k) { return (value(j, k) - mean) * (value(j, k) - mean); });
            if (lane % 4 == 0)
                parts[w % T.warps_across() * T.rows + Sums::row(w, lane, i, 2 * h)] = Moments{count, mean, squares};
        }
        t.barrier();
        Moments all;
        if (t.thread() >= T.rows) return all;
        const auto part = [&](int k) -> Moments { return parts[k * T.rows + t.thread()]; };
        TN_UNROLL
        for (int k = 0; k < T.warps_across(); ++k) {
            all.count += part(k).count;
            all.mean += part(k).count * part(k).mean;
        }
        all.mean /= all.count;
        TN_UNROLL
        for (int k = 0; k < T.warps_across(); ++k) {
            const float distance = part(k).mean - all.mean;
            all.squares += part(k).squares + part(k).count * distance * distance;
        }
        return all;
    }
};

inline constexpr int statistics_threads = 256;

/// What ConvForwardKernel leaves of z's statistics.
template <BlockGeometry G, Precision P> struct PartialStatistics {
    static constexpr std::size_t shared_bytes = statistics_threads / warp * sizeof(float);
    int n, statistics;
    Span<const float> partial;

    /// The moments of filter t.block(), in every thread.
    template <class Thread> TN_DEVICE Moments sum(Thread& t) const {
        auto scratch = t.template shared<float>(0, statistics_threads / warp);
        const auto count = static_cast<float>(n * int{G.conv.out_plane()});
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
            f(Moments{group_count<G, P>(n, statistics, s), partial[at], partial[at + 1]});
        }
    }
};

/// Leaves z's moments in `To`: the batch's statistics, or this process's part of them where several share the batch. A
/// block a filter.
template <BlockGeometry G, Precision P, class To = BatchStatistics> struct StatisticsKernel {
    static constexpr std::size_t shared_bytes = PartialStatistics<G, P>::shared_bytes;
    PartialStatistics<G, P> parts;
    To to;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Moments all = parts.sum(t);
        if (t.thread() == 0) to.set(t.block(), all);
    }
};

}  // namespace tn::cuda
