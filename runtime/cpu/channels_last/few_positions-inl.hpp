// Convolutions of few positions, plane by plane, with many weights: all positions at a time are multiplied by a panel
// of weights, tap by tap.
#if defined(TN_CPU_CHANNELS_LAST_FEW_POSITIONS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_FEW_POSITIONS_INL
#undef TN_CPU_CHANNELS_LAST_FEW_POSITIONS_INL
#else
#define TN_CPU_CHANNELS_LAST_FEW_POSITIONS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/layout-inl.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/channels_last/product-inl.hpp"
#include "runtime/cpu/channels_last/rows-inl.hpp"
#include "runtime/cpu/channels_last/weights-inl.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// sums [R][C vectors], rows sums_row floats apart, from `start`, whose rows are start_row apart, and from the products
/// of R rows of `channels` values with weights [channels][C lanes].
template <int R, int C>
void add_tap(const float* const* rows, int channels, const float* weights, const float* start, Index start_row,
             float* sums, Index sums_row) {
    V acc[R][C];
    TN_UNROLL for (int r = 0; r < R; ++r) TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] =
        load(start + r * start_row + v * lanes);
    const float* row[R];
    TN_UNROLL for (int r = 0; r < R; ++r) row[r] = rows[r];
    for (int k = 0; k < channels; ++k, weights += C * lanes) {
        V w[C];
        TN_UNROLL for (int v = 0; v < C; ++v) w[v] = load(weights + v * lanes);
        TN_UNROLL for (int r = 0; r < R; ++r) {
            const V b = broadcast(row[r][k]);
            TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] += w[v] * b;
        }
    }
    TN_UNROLL for (int r = 0; r < R; ++r) TN_UNROLL for (int v = 0; v < C; ++v)
        store(sums + r * sums_row + v * lanes, acc[r][v]);
}

/// What every task reads, and y.
struct FewPositions {
    const BlockGeometry& block;
    int n;
    const float *rows, *nothing, *weights, *shifts;
    float *sums, *y;
    Index sums_row;

    int positions() const { return n * static_cast<int>(block.conv.out_plane()); }

    /// The pixels under a tap, by position; zeros where it is outside.
    void find_pixels(int tap, const float** pixels) const {
        const ConvGeometry& c = block.conv;
        const int i = tap / c.kernel_w, j = tap % c.kernel_w;
        for (int sample = 0; sample < n; ++sample)
            for (int row = 0; row < c.out_h(); ++row)
                for (int column = 0; column < c.out_w(); ++column) {
                    const WindowPlace at(c, row, column);
                    const bool inside = i >= at.first_y && i < at.last_y && j >= at.first_x && j < at.last_x;
                    const Index pixel = sample * c.in_plane() + Index{at.y + i} * c.width + at.x + j;
                    *pixels++ = inside ? rows + pixel * c.channels : nothing;
                }
    }

    /// The sums of a panel of C vectors of filters, from `filter` on.
    template <int C> void multiply(int filter) const {
        const ConvGeometry& c = block.conv;
        const float* pixels[few_positions];
        for (int tap = 0; tap < c.taps(); ++tap) {
            find_pixels(tap, pixels);
            const float* own = weights + (Index{filter} * c.taps() + Index{tap} * C * lanes) * c.channels;
            each_row_tile(positions(), [&]<int R>(int first) TN_INLINE_LAMBDA {
                float* to = sums + first * sums_row + filter;
                add_tap<R, C>(pixels + first, c.channels, own, tap == 0 ? shifts + filter : to, tap == 0 ? 0 : sums_row,
                              to, sums_row);
            });
        }
    }

    /// y of a vector of filters: rectified and pooled.
    void finish(int filter) const {
        const int count = std::min(lanes, block.conv.filters - filter);
        const Index plane = block.y_plane();
        const Rectifier rectify(block);
        for (int sample = 0; sample < n; ++sample)
            for (int row = 0; row < block.y_h(); ++row)
                for (int column = 0; column < block.y_w(); ++column) {
                    const V value = rectify(maximum(sample, row, column, filter));
                    float* to = y + (Index{sample} * block.conv.filters + filter) * plane + row * block.y_w() + column;
                    for (int f = 0; f < count; ++f) to[f * plane] = value[f];
                }
    }

private:
    V maximum(int sample, int row, int column, int filter) const {
        const ConvGeometry& c = block.conv;
        const int stride = block.pool() ? block.pool_stride : 1, window = block.pool() ? block.pool_window : 1;
        const Index first = sample * c.out_plane() + Index{row} * stride * c.out_w() + column * stride;
        V most = load(sums + first * sums_row + filter);
        for (int i = 0; i < window; ++i)
            for (int j = 0; j < window; ++j) {
                const V next = load(sums + (first + Index{i} * c.out_w() + j) * sums_row + filter);
                most = replaces(next, most) ? next : most;
            }
        return most;
    }
};

inline void few_positions_infer(ThreadPool& pool, const BlockGeometry& block, const ChannelsLastPass& pass) {
    const ConvGeometry& c = block.conv;
    const FewPositionsWork at(block, pass.n);
    const ChannelsLastKept kept(c, ChannelsLastMethod::product);
    float* work = aligned(pass.work);
    transpose_matrices(pool, pass.n, c.channels, static_cast<int>(c.in_plane()), pass.x, work + at.x);
    std::fill_n(work + at.nothing, c.channels, 0.0f);
    const FewPositions few{
        block,          pass.n, work + at.x, work + at.nothing, pass.kept + kept.weights, pass.kept + kept.shifts,
        work + at.sums, pass.y, at.sums_row};
    const Panels panels(c.filters);
    pool.run(panels.count, [&](int panel) {
        const int first = panels.first_vector(panel), vectors = panels.vectors_of(panel);
        with_vectors(vectors, [&]<int C>() TN_INLINE_LAMBDA { few.multiply<C>(first * lanes); });
        for (int v = 0; v < vectors; ++v) few.finish((first + v) * lanes);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
