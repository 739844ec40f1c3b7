// A block of few input channels, backward. With g what comes back through pooling and ReLU to a value of z, sums over
// all values of a filter's z, and m the mean of p:
//     a = sum g (p - m)             of every value of p, the only pass over the windows
//     dbeta = sum g,   dgamma = D = inv_std w a,
//     dw = gamma inv_std (a - D / N inv_std c w')     with N c = sum (p - m)' (p - m), which forward left
// since dz = gamma inv_std (g - dbeta / N - unit(z) D / N) and unit(z) = inv_std w (p - m).
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/stem_patch.hpp"

namespace tn::cuda {

/// What is subtracted from a channel's values before they are multiplied by g and added up, lest float loses what the
/// sum is without their mean: the mean that one tap sees, from which the others' differ by the border alone.
template <BlockGeometry G> TN_DEVICE double routed_shift(const PatchMoments<G>& moments, int channel) {
    if constexpr (G.norm) return moments.mean(channel * G.conv.taps() + G.conv.taps() / 2);
    return 0;
}

/// A share of the sums of g times p less the channel's shift, and of g. A thread adds them for several filters, since
/// the patch costs more than a filter. partial [parts][filters][depth + 1]; blocks: `parts` x groups of filters.
template <BlockGeometry G> struct RoutedSums {
    static constexpr int threads = 128, depth = patch_depth(G), together = depth <= 9 ? 8 : depth <= 18 ? 4 : 2;
    static constexpr int groups = (G.conv.filters + together - 1) / together;
    static constexpr int values = window_side(G) * window_side(G), padded = whole_warps(together * (depth + 1));
    static constexpr std::size_t shared_bytes = threads / warp * padded * sizeof(float);
    int n, parts;
    PatchMoments<G> moments;
    Span<const float> x, dy;
    Span<const unsigned char> argmax;
    Span<float> partial;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = G.y_plane(), filters = G.conv.filters;
        const int first = t.block() % groups * together, part = t.block() / groups;
        const Index all = Index{n} * plane;
        const int begin = part_begin(all, part, parts), end = part_begin(all, part + 1, parts);
        float shift[G.conv.channels];
        for (int c = 0; c < G.conv.channels; ++c) shift[c] = static_cast<float>(routed_shift(moments, c));
        float sum[padded]{};
        for (int i = begin + t.thread(); i < end; i += threads) {
            const int sample = i / plane, at = i % plane;
            const WindowPatch<G> patch(x, sample, at, shift);
            TN_UNROLL
            for (int k = 0; k < together; ++k) {
                if (filters % together != 0 && first + k >= filters) break;
                const int window = (sample * filters + first + k) * plane + at, chosen = argmax[window];
                const float back = dy[window];
                TN_UNROLL
                for (int s = 0; s < values; ++s) {
                    const float g = chosen == s ? back : 0.0f;
                    TN_UNROLL
                    for (int d = 0; d < depth; ++d) sum[k * (depth + 1) + d] += g * patch(s, d);
                }
                sum[k * (depth + 1) + depth] += chosen == no_choice ? 0.0f : back;
            }
        }
        const auto scratch = t.template shared<float>(0, threads / warp * padded);
        const int own = filters - first < together ? filters - first : together;
        sum_block<padded>(t, sum, own * (depth + 1), scratch,
                          [&](int k, float total) { partial[(part * filters + first) * (depth + 1) + k] = total; });
    }
};

/// The gradients of a filter's parameters, and for the gradient of x dbeta and dgamma. A warp a filter.
template <BlockGeometry G> struct StemGradients {
    static constexpr int depth = patch_depth(G);
    static_assert(depth < warp);
    static constexpr std::size_t shared_bytes = warp * sizeof(float);
    int parts;
    PatchMoments<G> moments;
    Span<const float> partial, weight, gamma, inv_std;
    Span<float> dweight, dgamma, dbeta, dbias;
    Span<double> total;  // [filters][dbeta, dgamma], to be summed over processes

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int f = t.block(), lane = t.thread();
        const auto sums = t.template shared<float>(0, warp);
        float sum[warp]{};
        for (int part = lane; part < parts; part += warp) TN_UNROLL
        for (int d = 0; d <= depth; ++d) sum[d] += partial[(part * G.conv.filters + f) * (depth + 1) + d];
        scatter_sums(t, sum);
        sums[lane] = sum[0];
        t.barrier();
        const float of_g = sums[depth];
        const auto of_patch = [&](int d) {
            double a = static_cast<float>(sums[d]);
            if constexpr (G.norm) a -= (moments.mean(d) - routed_shift(moments, d / G.conv.taps())) * double{of_g};
            return a;
        };
        double dot = 0;
        if constexpr (G.norm) {
            for (int d = 0; d < depth; ++d) dot += double{weight[f * depth + d]} * of_patch(d);
            dot *= double{inv_std[f]};
        }
        if (lane < depth) dweight[f * depth + lane] = static_cast<float>(of_weight(f, lane, of_patch(lane), dot));
        if (lane != 0) return;
        if constexpr (G.norm) {
            dgamma[f] = static_cast<float>(dot);
            dbeta[f] = of_g;
            total[2 * f] = of_g;
            total[2 * f + 1] = dot;
        }
        // With norm the bias cancels.
        if constexpr (G.bias) dbias[f] = G.norm ? 0.0f : of_g;
    }

private:
    TN_DEVICE double of_weight(int f, int d, double a, double dot) const {
        if constexpr (!G.norm) return a;
        double with_z = 0;
        for (int e = 0; e < depth; ++e) with_z += double{weight[f * depth + e]} * moments.covariance(d, e);
        const double unit = double{inv_std[f]};
        return double{gamma[f]} * unit * (a - dot * unit * with_z * moments.share);
    }
};

/// dx, a thread for every pixel of x, where anything before the block wants it: what z's gradients at the places that
/// see the pixel give back, each z computed once more.
template <BlockGeometry G> struct StemInputGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr int threads = 128, depth = patch_depth(G), plane = C.in_plane();
    int n;
    float share;  // 1 / values of a filter that were normalised together
    Normalisation<G> norm;
    Span<const float> x, weight, bias, dy, total;
    Span<const unsigned char> argmax;
    Span<float> dx;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int i = global_number(t);
        if (i >= n * plane) return;
        const int sample = i / plane, row = i % plane / C.width, column = i % plane % C.width;
        float sum[C.channels]{};
        for (int tap = 0; tap < C.taps(); ++tap) {
            const int y = row + C.pad - tap / C.kernel_w, at = column + C.pad - tap % C.kernel_w;
            if (y < 0 || at < 0 || y % C.stride != 0 || at % C.stride != 0 || y / C.stride >= C.out_h() ||
                at / C.stride >= C.out_w())
                continue;
            for (int f = 0; f < C.filters; ++f) {
                const float dz = gradient_of_z(sample, f, y / C.stride, at / C.stride);
                for (int c = 0; c < C.channels; ++c) sum[c] += dz * weight[f * depth + c * C.taps() + tap];
            }
        }
        for (int c = 0; c < C.channels; ++c) dx[(sample * C.channels + c) * plane + i % plane] = sum[c];
    }

private:
    TN_DEVICE float gradient_of_z(int sample, int f, int row, int column) const {
        const float g = routed<G>(dy, argmax, sample * C.filters + f, row, column);
        if constexpr (!G.norm) return g;
        const ReceptiveField<G> patch(sample, row, column);
        float z = 0;
        if constexpr (G.bias) z = bias[f];
        for (int d = 0; d < depth; ++d) z += weight[f * depth + d] * patch(x, d);
        return NormGradient<G>(norm, total, share, f)(g, z);
    }
};

}  // namespace tn::cuda
