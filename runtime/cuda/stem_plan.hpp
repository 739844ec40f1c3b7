// How a block of few input channels is computed on CUDA, and laid out in memory: constant expressions of its geometry.
//
// The z of a first layer is the largest tensor of most networks and the one that costs the least to compute, so it is
// never stored. z = w p + b is linear in p, the vector of the few values of x that a filter sees; its mean and variance
// over the batch follow from the moments of p, and so do the sums over z that backward needs. A window of y reads one
// patch of x, from which forward computes its values of z anew; it keeps y and which value that was.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/index.hpp"
#include "runtime/cuda/block_plan.hpp"

namespace tn::cuda {

/// What a window's values of z read of a channel of x.
constexpr int patch_height(const BlockGeometry& g) { return (window_side(g) - 1) * g.conv.stride + g.conv.kernel_h; }
constexpr int patch_width(const BlockGeometry& g) { return (window_side(g) - 1) * g.conv.stride + g.conv.kernel_w; }

/// Values that a filter sees.
constexpr int patch_depth(const BlockGeometry& g) { return g.conv.channels * g.conv.taps(); }

/// Whether a thread's registers hold a patch, and the products of two channels' taps.
constexpr bool is_stem(const BlockGeometry& g) {
    return !g.z_is_y() && g.conv.channels <= 3 && g.conv.taps() <= 9 &&
           g.conv.channels * patch_height(g) * patch_width(g) <= 64;
}

/// Partial sums over places of the convolution, of p's values and of the products of two of them, a pair of channels at
/// a time: of each channel the taps, then the products of tap d with those from d on; then of each two channels the
/// products of all taps.
struct PatchSums {
    int channels, taps;

    constexpr explicit PatchSums(const BlockGeometry& g) : channels(g.conv.channels), taps(g.conv.taps()) {}
    constexpr int pairs() const { return channels * (channels - 1) / 2; }
    constexpr int of_channel() const { return taps + taps * (taps + 1) / 2; }
    constexpr int of_pair() const { return taps * taps; }
    constexpr int size() const { return channels * of_channel() + pairs() * of_pair(); }

    /// The place of p[d]'s sum.
    constexpr int value(int d) const { return d / taps * of_channel() + d % taps; }
    /// The place of p[d] p[e]'s sum, d <= e.
    constexpr int product(int d, int e) const {
        const int a = d / taps, b = e / taps, i = d % taps, j = e % taps;
        return a == b ? a * of_channel() + taps + i * (2 * taps - i - 1) / 2 + j
                      : channels * of_channel() + pair(a, b) * of_pair() + i * taps + j;
    }
    /// The number of two channels a < b of at most three.
    static constexpr int pair(int a, int b) { return a + b - 1; }
    static constexpr int first_of(int pair) { return pair / 2; }
    static constexpr int second_of(int pair) { return pair == 0 ? 1 : 2; }
};

/// Where things lie in `saved`, in values of float. `moments` are doubles, [depth][depth + 1]: for every value d of p
/// the sums of p[d] p[e] and at last of p[d], over all places of the whole batch. Of every window `argmax` keeps which
/// of its values it took.
struct StemSaved {
    std::size_t moments, mean, inv_std, argmax, values;

    constexpr StemSaved(const BlockGeometry& g, int n) : moments(0), mean(0), inv_std(0), argmax(0), values(0) {
        const Index filters = g.conv.filters;
        if (g.norm) {
            mean = moments_size(g) * sizeof(double) / sizeof(float);
            inv_std = mean + filters;
            argmax = inv_std + filters;
        }
        values = argmax + (n * g.y_size() + 3) / 4;
    }
    static constexpr std::size_t moments_size(const BlockGeometry& g) {
        const Index depth = patch_depth(g);
        return depth * (depth + 1);
    }
};

/// How the work is cut into blocks that each leave partial sums, and where these lie in `work`.
struct StemWork {
    static constexpr int most_groups = 528, most_parts = 256;  // some blocks for each of an H100's 132 multiprocessors
    int groups, parts;                                         ///< of places of the convolution, and of windows
    std::size_t shift, sums;  ///< forward: what is subtracted from each channel, and PatchSums of every group
    std::size_t total, shared, partial;  ///< backward: dbeta and dgamma, as doubles, and [parts][filters][depth + 1]
    std::size_t values;

    constexpr StemWork(const BlockGeometry& g, int n)
        : groups(0), parts(0), shift(0), sums(0), total(0), shared(0), partial(0), values(0) {
        const Index filters = g.conv.filters;
        groups = static_cast<int>(std::clamp<Index>(n * g.conv.out_plane() / 1024, 1, most_groups));
        parts = static_cast<int>(std::clamp<Index>(n * g.y_plane() / 1024, 1, most_parts));
        sums = 4;
        const std::size_t forward = g.norm ? sums + Index{groups} * PatchSums(g).size() : 0;
        shared = 2 * filters;
        partial = shared + BlockWork::shared(filters);
        values = std::max(forward, partial + parts * filters * (patch_depth(g) + 1));
    }
};

}  // namespace tn::cuda
