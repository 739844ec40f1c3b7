// The statistics of a block of few input channels, from the moments of what its filters see.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cuda/kernels/moments.hpp"
#include "runtime/cuda/kernels/stem_patch.hpp"

namespace tn::cuda {

inline constexpr int patch_threads = 128;

/// Sums over a share of the places, of the values under a channel's taps and their products (Own), or of the products
/// of two channels'. Values are taken less a `shift` that is near their mean, lest the sums of products lose in float
/// what distinguishes them. partial [groups][PatchSums]; blocks: `groups` for each channel or pair of channels.
template <BlockGeometry G, bool Own> struct SumPatches {
    static constexpr ConvGeometry C = G.conv;
    static constexpr PatchSums layout{G};
    static constexpr int taps = C.taps(), count = Own ? layout.of_channel() : layout.of_pair();
    static constexpr int pairs = Own ? C.channels : layout.pairs(), padded = whole_warps(count);
    static constexpr std::size_t shared_bytes = patch_threads / warp * padded * sizeof(float);
    int n, groups;
    Span<const float> x;
    Span<float> shift, partial;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int pair = t.block() % pairs, group = t.block() / pairs;
        const int a = Own ? pair : PatchSums::first_of(pair), b = Own ? pair : PatchSums::second_of(pair);
        auto scratch = t.template shared<float>(0, patch_threads / warp * padded);
        const float shift_a = near_mean(t, a, scratch), shift_b = Own ? shift_a : near_mean(t, b, scratch);
        if (Own && group == 0 && t.thread() == 0) shift[a] = shift_a;

        constexpr int plane = C.out_plane();
        const Index all = Index{n} * plane;
        const int begin = part_begin(all, group, groups), end = part_begin(all, group + 1, groups);
        float sum[padded]{};
        for (int i = begin + t.thread(); i < end; i += patch_threads) {
            const ReceptiveField<G> patch(i / plane, i % plane / C.out_w(), i % plane % C.out_w());
            float u[taps], v[taps];
            TN_UNROLL
            for (int d = 0; d < taps; ++d) {
                u[d] = patch(x, a * taps + d) - shift_a;
                v[d] = Own ? u[d] : patch(x, b * taps + d) - shift_b;
            }
            int k = 0;
            if constexpr (Own) {
                TN_UNROLL
                for (int d = 0; d < taps; ++d) sum[k++] += u[d];
            }
            TN_UNROLL
            for (int d = 0; d < taps; ++d) TN_UNROLL
            for (int e = Own ? d : 0; e < taps; ++e) sum[k++] += u[d] * v[e];
        }
        constexpr PatchSums places = layout;  // nvcc calls no member of a static object with values of the device
        const int first = group * places.size() + (Own ? places.value(a * taps) : places.product(a * taps, b * taps));
        t.barrier();
        sum_block<padded>(t, sum, count, scratch, [&](int k, float total) { partial[first + k] = total; });
    }

private:
    /// The same in every block: the mean of some values of the first sample.
    template <class Thread, class Shared> TN_DEVICE float near_mean(Thread& t, int channel, Shared scratch) const {
        constexpr int plane = C.in_plane();
        const int at = part_begin(plane, t.thread(), patch_threads);
        return block_sum(t, x[channel * plane + at], scratch) / patch_threads;
    }
};

/// The moments over this process's places, as StemSaved keeps them. Blocks of a warp: [depth][depth + 1].
template <BlockGeometry G> struct TotalPatches {
    static constexpr int depth = patch_depth(G), taps = G.conv.taps();
    int n, groups;
    Span<const float> shift, partial;
    Span<double> moments;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr PatchSums layout(G);
        const int d = t.block() / (depth + 1), e = t.block() % (depth + 1);
        const double places = static_cast<double>(n) * static_cast<double>(G.conv.out_plane());
        const double of_d = total(t, layout.value(d)), shift_d = shift[d / taps];
        double moment = of_d + places * shift_d;
        if (e < depth) {
            const double of_e = total(t, layout.value(e)), shift_e = shift[e / taps];
            moment = total(t, d < e ? layout.product(d, e) : layout.product(e, d)) + shift_e * of_d + shift_d * of_e +
                     places * shift_d * shift_e;
        }
        if (t.thread() == 0) moments[t.block()] = moment;
    }

private:
    template <class Thread> TN_DEVICE double total(Thread& t, int place) const {
        constexpr int size = PatchSums(G).size();
        double sum = 0;
        for (int group = t.thread(); group < groups; group += warp) sum += double{partial[group * size + place]};
        return warp_sum(t, sum);
    }
};

/// z's statistics: with the covariance c of p, that of w p + b is w c w'. A warp a filter.
template <BlockGeometry G> struct StemStatistics {
    static constexpr int depth = patch_depth(G);
    PatchMoments<G> moments;
    Span<const float> weight, bias;
    BatchStatistics statistics;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int f = t.block();
        const auto w = [&](int d) { return double{weight[f * depth + d]}; };
        double mean = 0, squares = 0;
        for (int d = t.thread(); d < depth; d += warp) mean += w(d) * moments.mean(d);
        for (int k = t.thread(); k < depth * depth; k += warp)
            squares += w(k / depth) * w(k % depth) * moments.covariance(k / depth, k % depth);
        mean = warp_sum(t, mean);
        squares = warp_sum(t, squares);
        if (t.thread() != 0) return;
        if constexpr (G.bias) mean += double{bias[f]};
        statistics.set(f, {static_cast<float>(moments.count), static_cast<float>(mean),
                           squares < 0 ? 0.0f : static_cast<float>(squares)});
    }
};

}  // namespace tn::cuda
