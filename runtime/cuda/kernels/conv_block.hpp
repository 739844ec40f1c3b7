// The fused Conv + BN + ReLU + Pool block, every size a constant: forward is the convolution with z's statistics, their
// sum, and normalisation, ReLU and pooling in one pass; evaluation is one kernel. Backward is the sums of the
// normalisation's gradient, z's gradient in z's place, and the two convolutions' gradients.
#pragma once

#include <cmath>

#include "runtime/cuda/kernels/moments.hpp"
#include "runtime/cuda/kernels/multiply.hpp"

namespace tn::cuda {

/// The rows of weights and the pixels of x that make z: [filters] x [n][out plane], inner extent [channels][taps].
/// With Windows > 0 the columns are the pixels of each pooling window, padded to so many.
template <BlockGeometry G, int Windows> struct ConvOperands {
    static constexpr ConvGeometry C = G.conv;
    static constexpr bool b_runs_inside = false;
    static constexpr int plane = static_cast<int>(Windows ? G.y_plane() * Windows : C.out_plane());
    static constexpr int inner = C.channels * C.taps();

    int n;
    Span<const float> x, weight;

    struct Column {
        bool inside;
        int base, y, x;   // where the sample begins, and the window's corner in it
    };
    TN_DEVICE float a(int row, int k) const { return row < C.filters ? weight[row * inner + k] : 0.0f; }
    TN_DEVICE Column column(int i) const {
        if (i >= n * plane) return {false, 0, 0, 0};
        const int sample = i / plane, at = i % plane;
        int oy = at / C.out_w(), ox = at % C.out_w();
        if constexpr (G.pool() && Windows > 0) {
            const int window = at / Windows, pixel = at % Windows;
            if (pixel >= G.pool_window * G.pool_window) return {false, 0, 0, 0};
            oy = window / G.y_w() * G.pool_stride + pixel / G.pool_window;
            ox = window % G.y_w() * G.pool_stride + pixel % G.pool_window;
        }
        return {true, sample * static_cast<int>(C.in_size()), oy * C.stride - C.pad, ox * C.stride - C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int channel = k / C.taps(), tap = k % C.taps();
        const int y = c.y + tap / C.kernel_w, at = c.x + tap % C.kernel_w;
        if (!c.inside || y < 0 || y >= C.height || at < 0 || at >= C.width) return 0;
        return x[c.base + (channel * C.height + y) * C.width + at];
    }
};

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

/// What ConvForwardKernel leaves of z's statistics.
template <BlockGeometry G> struct PartialStatistics {
    int n, statistics;
    Span<const float> partial;

    /// The moments of filter t.block(), in every thread of its warp.
    template <class Thread> TN_DEVICE Moments sum(Thread& t) const {
        const int f = t.block();
        Moments all;
        for (int s = t.thread(); s < statistics; s += warp)
            all.add({group_count<G>(n, statistics, s), partial[2 * (s * G.conv.filters + f)],
                     partial[2 * (s * G.conv.filters + f) + 1]});
        for (int lanes = warp / 2; lanes > 0; lanes /= 2)
            all.add(
                {t.shuffle_xor(all.count, lanes), t.shuffle_xor(all.mean, lanes), t.shuffle_xor(all.squares, lanes)});
        return all;
    }
};

/// The batch's statistics. A warp a filter.
template <BlockGeometry G> struct StatisticsKernel {
    PartialStatistics<G> parts;
    BatchStatistics statistics;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Moments all = parts.sum(t);
        if (t.thread() == 0) statistics.set(t.block(), all);
    }
};

/// This process's part of them, where several share the batch.
template <BlockGeometry G> struct SharedStatisticsKernel {
    PartialStatistics<G> parts;
    SharedMoments shared;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Moments own = parts.sum(t);
        if (t.thread() == 0) shared.put(t.block(), own);
    }
};

/// How z becomes what ReLU and pooling see.
template <BlockGeometry G> struct Normalisation {
    Span<const float> mean, inverse, gamma, beta;

    /// (z - mean) / deviation, before gamma and beta.
    TN_DEVICE float unit(float z, int f) const { return (z - mean[f]) * inverse[f]; }
    TN_DEVICE float operator()(float z, int f) const {
        if constexpr (G.norm) return (z - mean[f]) * (gamma[f] * inverse[f]) + beta[f];
        return z;
    }
};

/// No value of the window passed ReLU.
inline constexpr unsigned char no_choice = 255;

/// y = pool(relu(norm(z))), a thread for every value of y; keeps which value of its window each took.
template <BlockGeometry G, class Z> struct NormPoolForward {
    int n;
    Normalisation<G> norm;
    Span<const Z> z;
    Span<float> y;
    Span<unsigned char> choice;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = static_cast<int>(G.y_plane());
        const int i = static_cast<int>(global_index(t));
        if (i >= n * G.conv.filters * plane) return;
        const int channel = i / plane, f = channel % G.conv.filters, at = i % plane;
        if constexpr (G.pool()) {
            const int corner = channel * static_cast<int>(G.conv.out_plane()) +
                               (at / G.y_w() * G.conv.out_w() + at % G.y_w()) * G.pool_stride;
            float best = norm(z[corner], f);
            int chosen = 0;
            TN_UNROLL
            for (int k = 1; k < G.pool_window * G.pool_window; ++k) {
                const float v = norm(z[corner + k / G.pool_window * G.conv.out_w() + k % G.pool_window], f);
                if (v > best) {
                    best = v;
                    chosen = k;
                }
            }
            const bool passes = !G.relu || !(best <= 0);   // NaN goes through
            y[i] = passes ? best : 0.0f;
            choice[i] = passes ? static_cast<unsigned char>(chosen) : no_choice;
        } else {
            const float v = norm(z[i], f);
            y[i] = !G.relu || !(v <= 0) ? v : 0.0f;
        }
    }
};

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

inline constexpr int sum_threads = 256;

/// Of every filter the sums of g and of g (z - mean) / deviation, where g is the gradient behind the normalisation;
/// each block a part of the values. partial [sums][filters][2].
template <BlockGeometry G, class Z> struct GradientSums {
    static constexpr std::size_t shared_bytes = sum_threads / warp * sizeof(float);
    int n, sums;
    Normalisation<G> norm;
    Span<const Z> z;
    Span<const float> dy;
    Span<const unsigned char> choice;
    Span<float> partial;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = static_cast<int>(G.y_plane()), filters = G.conv.filters;
        auto scratch = t.template shared<float>(0, sum_threads / warp);
        const int f = t.block() % filters, part = t.block() / filters;
        const long long all = static_cast<long long>(n) * plane;
        const int begin = static_cast<int>(all * part / sums), end = static_cast<int>(all * (part + 1) / sums);
        float sum = 0, dot = 0;
        for (int i = begin + t.thread(); i < end; i += sum_threads) {
            const int channel = i / plane * filters + f, at = i % plane;
            float g = dy[channel * plane + at];
            int source = channel * static_cast<int>(G.conv.out_plane()) + at;
            if constexpr (G.pool()) {
                const int chosen = choice[channel * plane + at];
                if (chosen == no_choice) continue;
                source = channel * static_cast<int>(G.conv.out_plane()) +
                         (at / G.y_w() * G.pool_stride + chosen / G.pool_window) * G.conv.out_w() +
                         at % G.y_w() * G.pool_stride + chosen % G.pool_window;
            } else if constexpr (G.relu) {
                if (!(norm(z[source], f) > 0)) g = 0;
            }
            sum += g;
            if constexpr (G.norm) dot += g * norm.unit(z[source], f);
        }
        sum = block_sum(t, sum, scratch);
        if constexpr (G.norm) dot = block_sum(t, dot, scratch);
        if (t.thread() == 0) {
            partial[2 * (part * filters + f)] = sum;
            partial[2 * (part * filters + f) + 1] = dot;
        }
    }
};

/// The gradients of gamma and beta, or of the bias, and the sums for z's gradient. A warp a filter.
template <BlockGeometry G> struct GradientTotals {
    int sums;
    Span<const float> partial;
    Span<float> total, dgamma, dbeta, dbias;   // total [filters][2]
    Span<double> shared;   // the same, to be summed over processes; null: this one is alone
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int f = t.block();
        float sum = 0, dot = 0;
        for (int s = t.thread(); s < sums; s += warp) {
            sum += partial[2 * (s * G.conv.filters + f)];
            dot += partial[2 * (s * G.conv.filters + f) + 1];
        }
        for (int lanes = warp / 2; lanes > 0; lanes /= 2) {
            sum += t.shuffle_xor(sum, lanes);
            dot += t.shuffle_xor(dot, lanes);
        }
        if (t.thread() != 0) return;
        total[2 * f] = sum;
        total[2 * f + 1] = dot;
        if (shared) {
            shared[2 * f] = sum;
            shared[2 * f + 1] = dot;
        }
        if constexpr (G.norm) {
            dgamma[f] = dot;
            dbeta[f] = sum;
        }
        // With norm the bias cancels.
        if constexpr (G.bias) dbias[f] = G.norm ? 0.0f : sum;
    }
};

/// z becomes its gradient, a thread for every value: what the windows that chose it give, behind the normalisation.
template <BlockGeometry G, class Z> struct NormPoolBackward {
    int n;
    float count;   // values of a filter that were normalised together
    Normalisation<G> norm;
    Span<const float> dy, total;
    Span<const unsigned char> choice;
    Span<Z> z;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = static_cast<int>(G.conv.out_plane());
        const int i = static_cast<int>(global_index(t));
        if (i >= n * G.conv.filters * plane) return;
        const int channel = i / plane, f = channel % G.conv.filters, at = i % plane;
        const float value = z[i];
        float g = 0;
        if constexpr (G.pool()) {
            const int row = at / G.conv.out_w(), column = at % G.conv.out_w();
            for (int oy = first(row); oy <= last(row, G.y_h()); ++oy)
                for (int ox = first(column); ox <= last(column, G.y_w()); ++ox) {
                    const int window = channel * static_cast<int>(G.y_plane()) + oy * G.y_w() + ox;
                    const int own = (row - oy * G.pool_stride) * G.pool_window + column - ox * G.pool_stride;
                    if (choice[window] == own) g += dy[window];
                }
        } else {
            g = !G.relu || norm(value, f) > 0 ? dy[i] : 0.0f;
        }
        if constexpr (G.norm) {
            g = norm.gamma[f] * norm.inverse[f] *
                (g - total[2 * f] / count - norm.unit(value, f) * (total[2 * f + 1] / count));
        }
        z[i] = Z(g);
    }

private:
    TN_DEVICE static int first(int at) { return at < G.pool_window ? 0 : (at - G.pool_window) / G.pool_stride + 1; }
    TN_DEVICE static int last(int at, int windows) {
        return at / G.pool_stride < windows ? at / G.pool_stride : windows - 1;
    }
};

/// dx = W' dz: rows are channels, columns the pixels of x, inner extent [filters][taps].
template <BlockGeometry G, Precision P, class Z> struct InputGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Tile T = Tile::of(C.channels);
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int row_tiles = (C.channels + T.rows - 1) / T.rows;
    static constexpr bool b_runs_inside = false;
    static constexpr int plane = static_cast<int>(C.in_plane());

    int n;
    Span<const Z> dz;
    Span<const float> weight;
    Span<float> dx;

    struct Column {
        bool inside;
        int base, y, x;
    };
    TN_DEVICE float a(int row, int k) const {
        return row < C.channels ? weight[(k / C.taps() * C.channels + row) * C.taps() + k % C.taps()] : 0.0f;
    }
    TN_DEVICE Column column(int i) const {
        if (i >= n * plane) return {false, 0, 0, 0};
        const int at = i % plane;
        return {true, i / plane * static_cast<int>(C.out_size()), at / C.width + C.pad, at % C.width + C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int f = k / C.taps(), tap = k % C.taps();
        const int y = c.y - tap / C.kernel_w, x = c.x - tap % C.kernel_w;
        if (!c.inside || y < 0 || x < 0 || y % C.stride != 0 || x % C.stride != 0 || y / C.stride >= C.out_h() ||
            x / C.stride >= C.out_w())
            return 0;
        return dz[c.base + (f * C.out_h() + y / C.stride) * C.out_w() + x / C.stride];
    }

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int first_row = t.block() % row_tiles * T.rows, first_column = t.block() / row_tiles * T.columns;
        auto sum = multiply<P, T>(t, *this, first_row, first_column, 0, C.filters * C.taps());
        sum.each(t, [&](float& v, int row, int column) {
            const int c = first_row + row, i = first_column + column;
            if (c < C.channels && i < n * plane) dx[(i / plane * C.channels + c) * plane + i % plane] = v;
        });
    }
};

/// A part of dW = dz x', over its share of the pixels: rows are filters, columns [channels][taps].
/// partial [parts][filters][channels][taps].
template <BlockGeometry G, Precision P, class Z> struct WeightGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Tile T = Tile::of(C.filters);
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int columns = C.channels * C.taps();
    static constexpr int row_tiles = (C.filters + T.rows - 1) / T.rows;
    static constexpr int column_tiles = (columns + T.columns - 1) / T.columns;
    static constexpr bool b_runs_inside = true;
    static constexpr int plane = static_cast<int>(C.out_plane());

    int n, parts;
    Span<const Z> dz;
    Span<const float> x;
    Span<float> partial;

    struct Column {
        bool inside;
        int channel, y, x;
    };
    TN_DEVICE float a(int row, int k) const {
        return row < C.filters ? dz[(k / plane * C.filters + row) * plane + k % plane] : 0.0f;
    }
    TN_DEVICE Column column(int i) const {
        const int tap = i % C.taps();
        return {i < columns, i / C.taps(), tap / C.kernel_w - C.pad, tap % C.kernel_w - C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int at = k % plane, y = at / C.out_w() * C.stride + c.y, column = at % C.out_w() * C.stride + c.x;
        if (!c.inside || y < 0 || y >= C.height || column < 0 || column >= C.width) return 0;
        return x[k / plane * static_cast<int>(C.in_size()) + (c.channel * C.height + y) * C.width + column];
    }

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int tile = t.block() % (row_tiles * column_tiles), part = t.block() / (row_tiles * column_tiles);
        const int first_row = tile % row_tiles * T.rows, first_column = tile / row_tiles * T.columns;
        const long long pixels = static_cast<long long>(n) * plane;
        auto sum = multiply<P, T>(t, *this, first_row, first_column, static_cast<int>(pixels * part / parts),
                                  static_cast<int>(pixels * (part + 1) / parts));
        sum.each(t, [&](float& v, int row, int column) {
            const int f = first_row + row, i = first_column + column;
            if (f < C.filters && i < columns) partial[(part * C.filters + f) * columns + i] = v;
        });
    }
};

}  // namespace tn::cuda
