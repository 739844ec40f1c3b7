// What a block of few input channels reads of x.
#pragma once

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/stem_plan.hpp"

namespace tn::cuda {

/// Where in x the patch of a value of z begins, or of a window of them.
template <BlockGeometry G> class ReceptiveField {
    static constexpr ConvGeometry C = G.conv;

public:
    /// Of z's value at (row, column) of a sample.
    TN_DEVICE ReceptiveField(int sample, int row, int column)
        : first_(sample * int{C.in_size()}), row_(row * C.stride - C.pad), column_(column * C.stride - C.pad) {}

    /// Its value at (row, column) of a channel; 0 outside of x.
    TN_DEVICE float operator()(const Span<const float>& x, int channel, int row, int column) const {
        const int y = row_ + row, at = column_ + column;
        if (static_cast<unsigned>(y) >= static_cast<unsigned>(C.height) ||
            static_cast<unsigned>(at) >= static_cast<unsigned>(C.width))
            return 0;
        return x[first_ + (channel * C.height + y) * C.width + at];
    }
    /// What a filter sees, value d of [channels][taps].
    TN_DEVICE float operator()(const Span<const float>& x, int d) const {
        const int tap = d % C.taps();
        return (*this)(x, d / C.taps(), tap / C.kernel_w, tap % C.kernel_w);
    }

private:
    int first_, row_, column_;
};

/// All that the values of z in one window see, in registers.
template <BlockGeometry G> class WindowPatch {
    static constexpr ConvGeometry C = G.conv;

public:
    /// Window `at` of a sample's y, of every channel less its shift.
    TN_DEVICE WindowPatch(const Span<const float>& x, int sample, int at, const float (&shift)[C.channels]) {
        const ReceptiveField<G> patch(sample, at / G.y_w() * window_step(G), at % G.y_w() * window_step(G));
        TN_UNROLL
        for (int c = 0; c < C.channels; ++c) TN_UNROLL
        for (int row = 0; row < patch_height(G); ++row) TN_UNROLL
        for (int column = 0; column < patch_width(G); ++column)
            value_[c][row][column] = patch(x, c, row, column) - shift[c];
    }

    /// What value s of the window sees, value d of [channels][taps].
    TN_DEVICE float operator()(int s, int d) const {
        const int tap = d % C.taps();
        return value_[d / C.taps()][s / window_side(G) * C.stride + tap / C.kernel_w]
                     [s % window_side(G) * C.stride + tap % C.kernel_w];
    }

private:
    float value_[C.channels][patch_height(G)][patch_width(G)];
};

/// The moments of what filters see over the whole batch, from StemSaved's sums.
template <BlockGeometry G> struct PatchMoments {
    static constexpr int depth = patch_depth(G);
    double count, share;  ///< places, and 1 / count
    Span<const double> sums;

    TN_DEVICE double mean(int d) const { return sum(d) * share; }
    /// `count` times the covariance of values d and e.
    TN_DEVICE double covariance(int d, int e) const { return sums[d * (depth + 1) + e] - sum(d) * mean(e); }

private:
    TN_DEVICE double sum(int d) const { return sums[d * (depth + 1) + depth]; }
};

/// The sums over the warp of Count values that each lane has, a multiple of 32: lane l is left with Count / 32 of them,
/// from number l Count / 32 on. At every step two lanes take half each of what is still to be added, which needs a
/// fifth of the shuffles of as many single sums.
template <int Lanes, int Count, class Thread> TN_DEVICE void scatter_sums(Thread& t, float (&v)[Count]) {
    static_assert(Count % warp == 0);
    constexpr int half = Count / warp * Lanes;
    const bool upper = (t.thread() & Lanes) != 0;
    TN_UNROLL
    for (int i = 0; i < half; ++i) {
        const float given = upper ? v[i] : v[half + i], kept = upper ? v[half + i] : v[i];
        v[i] = kept + t.shuffle_xor(given, Lanes);
    }
    if constexpr (Lanes > 1) scatter_sums<Lanes / 2>(t, v);
}
template <int Count, class Thread> TN_DEVICE void scatter_sums(Thread& t, float (&v)[Count]) {
    scatter_sums<warp / 2>(t, v);
}

/// The least multiple of 32 that is not below count.
constexpr int whole_warps(int count) { return (count + warp - 1) / warp * warp; }

/// Adds up what the threads of a block have and calls put(k, sum) for every k below `count`. `scratch` is an array of
/// Count values a warp.
template <int Count, class Thread, class Shared, class Put>
TN_DEVICE void sum_block(Thread& t, float (&v)[Count], int count, Shared scratch, Put put) {
    constexpr int share = Count / warp;
    scatter_sums(t, v);
    TN_UNROLL
    for (int i = 0; i < share; ++i) scratch[t.thread() / warp * Count + t.thread() % warp * share + i] = v[i];
    t.barrier();
    for (int k = t.thread(); k < count; k += t.threads()) {
        float sum = 0;
        for (int w = 0; w < t.threads() / warp; ++w) sum += scratch[w * Count + k];
        put(k, sum);
    }
}

}  // namespace tn::cuda
