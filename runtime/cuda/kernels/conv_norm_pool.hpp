// What follows the convolution in the fused block: normalisation, ReLU and pooling in one pass; backward, the sums of
// the normalisation's gradient, and z's gradient in z's place.
#pragma once

#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/rounding.hpp"

namespace tn::cuda {

/// How z becomes what ReLU and pooling see.
template <BlockGeometry G> struct Normalisation {
    Span<const float> mean, inv_std, gamma, beta;

    /// (z - mean) / deviation, before gamma and beta.
    TN_DEVICE float unit(float z, int f) const { return (z - mean[f]) * inv_std[f]; }
    TN_DEVICE float operator()(float z, int f) const {
        if constexpr (G.norm) return (z - mean[f]) * (gamma[f] * inv_std[f]) + beta[f];
        return z;
    }
};

/// The normalisation of each filter as z scale + offset, with what the convolution adds to z: by the batch's mean and
/// 1 / sigma, or where `inv_std` is null by the running mean and variance.
template <BlockGeometry G> struct NormOfFilters {
    Span<const float> bias, mean, inv_std, variance, gamma, beta;
    float epsilon;

    TN_DEVICE float scale(int f) const {
        if constexpr (G.norm) return inv_std ? gamma[f] * inv_std[f] : gamma[f] / std::sqrt(variance[f] + epsilon);
        return 1;
    }
    TN_DEVICE float offset(int f) const {
        float z = 0;
        if constexpr (G.bias) z = bias[f];
        if constexpr (G.norm) return (z - mean[f]) * scale(f) + beta[f];
        return z;
    }
};

/// A window's values of z, all read before any is written; where all windows begin at an even place, two by two.
template <BlockGeometry G, class Z> class WindowOfZ {
    static constexpr int side = window_side(G), width = G.conv.out_w();
    static constexpr int together = side % 2 == 0 && window_step(G) % 2 == 0 && width % 2 == 0 ? 2 : 1;

public:
    static constexpr int size = side * side;
    float value[size];

    TN_DEVICE WindowOfZ(const Span<const Z>& z, int corner) {
        TN_UNROLL
        for (int k = 0; k < size; k += together) {
            if constexpr (together == 2) {
                const Pair<Z> two = z.template at<const Pair<Z>>(place(corner, k));
                value[k] = two.first();
                value[k + 1] = two.second();
            } else {
                value[k] = z[place(corner, k)];
            }
        }
    }
    TN_DEVICE void put(const Span<Z>& z, int corner) const {
        TN_UNROLL
        for (int k = 0; k < size; k += together) {
            if constexpr (together == 2)
                z.template at<Pair<Z>>(place(corner, k)) = Pair<Z>(value[k], value[k + 1]);
            else
                z[place(corner, k)] = Z(value[k]);
        }
    }

private:
    TN_DEVICE static int place(int corner, int k) { return corner + k / side * width + k % side; }
};

/// No value of the window passed ReLU.
inline constexpr unsigned char no_choice = 255;

/// What pooling and ReLU make of a window's values, and which of them that is.
struct Pooled {
    float y;
    unsigned char argmax;
};
/// `value(k)` is normalised.
template <BlockGeometry G, class Value> TN_DEVICE Pooled pooled(Value value) {
    float best = value(0);
    int chosen = 0;
    TN_UNROLL
    for (int k = 1; k < window_side(G) * window_side(G); ++k) {
        const float v = value(k);
        if (v > best) {
            best = v;
            chosen = k;
        }
    }
    const bool passes = !G.relu || !(best <= 0);  // NaN goes through
    return {passes ? best : 0.0f, passes ? static_cast<unsigned char>(chosen) : no_choice};
}

/// Where in z value k of window `at` lies, of a channel that counts through the whole batch.
template <BlockGeometry G> TN_DEVICE int place_in_z(int channel, int at, int k) {
    constexpr int side = window_side(G), step = window_step(G);
    return channel * int{G.conv.out_plane()} + (at / G.y_w() * step + k / side) * G.conv.out_w() + at % G.y_w() * step +
           k % side;
}

/// y = pool(relu(norm(z))), a thread for every value of y; keeps which value of its window each took.
template <BlockGeometry G, class Z> struct NormPoolForward {
    int n;
    Normalisation<G> norm;
    Span<const Z> z;
    Span<float> y;
    Span<unsigned char> argmax;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = G.y_plane();
        const int i = global_number(t);
        if (i >= n * G.conv.filters * plane) return;
        const int channel = i / plane, f = channel % G.conv.filters, at = i % plane;
        const WindowOfZ<G, Z> window(z, place_in_z<G>(channel, at, 0));
        const Pooled one = pooled<G>([&](int k) { return norm(window.value[k], f); });
        y[i] = one.y;
        if constexpr (G.pool()) argmax[i] = one.argmax;
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
    Span<const unsigned char> argmax;
    Span<float> partial;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = G.y_plane(), filters = G.conv.filters;
        auto scratch = t.template shared<float>(0, sum_threads / warp);
        const int f = t.block() % filters, part = t.block() / filters;
        const Index all = Index{n} * plane;
        const int begin = part_begin(all, part, sums), end = part_begin(all, part + 1, sums);
        float sum = 0, dot = 0;
        for (int i = begin + t.thread(); i < end; i += sum_threads) {
            const int channel = i / plane * filters + f, at = i % plane;
            float g = dy[channel * plane + at];
            int source = place_in_z<G>(channel, at, 0);
            if constexpr (G.pool()) {
                const int chosen = argmax[channel * plane + at];
                if (chosen == no_choice) continue;
                source = place_in_z<G>(channel, at, chosen);
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
    Span<float> total, dgamma, dbeta, dbias;  // total [filters][2]
    Span<double> shared;                      // the same, to be summed over processes; null: this one is alone
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int f = t.block();
        float sum = 0, dot = 0;
        for (int s = t.thread(); s < sums; s += warp) {
            sum += partial[2 * (s * G.conv.filters + f)];
            dot += partial[2 * (s * G.conv.filters + f) + 1];
        }
        sum = warp_sum(t, sum);
        dot = warp_sum(t, dot);
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

/// The gradient of one filter's z, of what comes back through ReLU and pooling, g: with N values normalised together,
/// S their sum of g and D that of g unit(z),
///     dz = gamma inv_std (g - S / N - unit(z) D / N) = scale g + offset + slope (z - mean)
template <BlockGeometry G> struct NormGradient {
    float mean = 0, scale = 1, offset = 0, slope = 0;

    TN_DEVICE NormGradient(const Normalisation<G>& norm, Span<const float> total, float share, int f) {
        if constexpr (G.norm) {
            mean = norm.mean[f];
            scale = norm.gamma[f] * norm.inv_std[f];
            offset = -scale * (total[2 * f] * share);
            slope = -scale * norm.inv_std[f] * (total[2 * f + 1] * share);
        }
    }
    TN_DEVICE float operator()(float g, float z) const {
        if constexpr (G.norm) return scale * g + (offset + slope * (z - mean));
        return g;
    }
};

/// What z's gradient is made of, in z's place.
template <BlockGeometry G, class Z> struct GradientOfZ {
    int n;
    float share;  // 1 / values of a filter that were normalised together
    Normalisation<G> norm;
    Span<const float> dy, total;
    Span<const unsigned char> argmax;
    Span<Z> z;

    TN_DEVICE NormGradient<G> of_filter(int f) const { return {norm, total, share, f}; }
};

/// What comes back through pooling to z's value at (row, column): dy of the windows that chose it. `channel` counts
/// through the whole batch.
template <BlockGeometry G>
TN_DEVICE float routed(const Span<const float>& dy, const Span<const unsigned char>& argmax, int channel, int row,
                       int column) {
    constexpr int side = window_side(G), step = window_step(G);
    const auto first = [](int at) { return at < side ? 0 : (at - side) / step + 1; };
    const auto last = [](int at, int windows) { return at / step < windows ? at / step : windows - 1; };
    float g = 0;
    for (int oy = first(row); oy <= last(row, G.y_h()); ++oy)
        for (int ox = first(column); ox <= last(column, G.y_w()); ++ox) {
            const int window = channel * int{G.y_plane()} + oy * G.y_w() + ox;
            if (argmax[window] == (row - oy * step) * side + column - ox * step) g += dy[window];
        }
    return g;
}

/// z becomes its gradient, a thread for every value: what the windows that chose it give, behind the normalisation.
template <BlockGeometry G, class Z> struct NormPoolBackward {
    GradientOfZ<G, Z> of;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = G.conv.out_plane();
        const int i = global_number(t);
        if (i >= of.n * G.conv.filters * plane) return;
        const int channel = i / plane, f = channel % G.conv.filters, at = i % plane;
        const float value = of.z[i];
        float g = 0;
        if constexpr (G.pool())
            g = routed<G>(of.dy, of.argmax, channel, at / G.conv.out_w(), at % G.conv.out_w());
        else
            g = !G.relu || of.norm(value, f) > 0 ? of.dy[i] : 0.0f;
        of.z[i] = Z(of.of_filter(f)(g, value));
    }
};

/// Every value of z lies in exactly one pooling window.
constexpr bool windows_tile(const BlockGeometry& g) {
    return g.pool() && g.pool_stride == g.pool_window && g.conv.out_h() % g.pool_window == 0 &&
           g.conv.out_w() % g.pool_window == 0;
}

/// The same where windows tile z, a thread for every window: it reads the argmax and dy once for all of its values.
template <BlockGeometry G, class Z> struct NormWindowsBackward {
    GradientOfZ<G, Z> of;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int plane = G.y_plane();
        const int i = global_number(t);
        if (i >= of.n * G.conv.filters * plane) return;
        const int channel = i / plane, at = i % plane;
        const int corner = place_in_z<G>(channel, at, 0);
        const NormGradient<G> gradient = of.of_filter(channel % G.conv.filters);
        const float g = of.dy[i];
        const int chosen = of.argmax[i];
        WindowOfZ<G, Z> window(of.z, corner);
        TN_UNROLL
        for (int k = 0; k < window.size; ++k) window.value[k] = gradient(chosen == k ? g : 0.0f, window.value[k]);
        window.put(of.z, corner);
    }
};

}  // namespace tn::cuda
