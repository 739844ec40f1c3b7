// Batch normalisation by itself: a block for every channel.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/moments.hpp"

namespace tn::cuda {

/// Where a block finds the values of its channel in [n][channels][plane].
struct ChannelValues {
    int n = 0, channels = 0, plane = 0;

    /// Calls f(place) for this thread's share of the channel's values.
    template <class Thread, class F> TN_DEVICE void each(const Thread& t, F f) const {
        for (int i = t.thread(); i < n * plane; i += t.threads())
            f(Index{i / plane * channels + t.block()} * plane + i % plane);
    }
    TN_HOST_DEVICE float count() const { return static_cast<float>(n) * static_cast<float>(plane); }
};

inline constexpr int norm_threads = 512;

/// The moments of the block's channel.
template <class Thread, class Shared>
TN_DEVICE Moments moments_of(Thread& t, const ChannelValues& values, Span<const float> x, Shared scratch) {
    float sum = 0, squares = 0;
    values.each(t, [&](std::size_t i) { sum += x[i]; });
    const float mean = block_sum(t, sum, scratch) / values.count();
    values.each(t, [&](std::size_t i) { squares += (x[i] - mean) * (x[i] - mean); });
    squares = block_sum(t, squares, scratch);
    return {values.count(), mean, squares};
}

/// Of the block's channel the sums of dy and of dy times the normalised x: the gradients of beta and gamma.
struct GradientPair {
    float sum = 0, dot = 0;
};
template <class Thread, class Shared>
TN_DEVICE GradientPair gradient_sums_of(Thread& t, const ChannelValues& values, Span<const float> x,
                                        Span<const float> dy, float mean, float inv_std, Shared scratch) {
    float sum = 0, dot = 0;
    values.each(t, [&](std::size_t i) {
        sum += dy[i];
        dot += dy[i] * ((x[i] - mean) * inv_std);
    });
    sum = block_sum(t, sum, scratch);
    dot = block_sum(t, dot, scratch);
    return {sum, dot};
}

/// Which mean and variance normalise: those of the values, which are kept, those that were kept, or the running ones.
enum class NormBy { batch, kept, running };

struct NormForward {
    static constexpr std::size_t shared_bytes = norm_threads / warp * sizeof(float);
    NormBy by;
    ChannelValues values;
    Span<const float> x, gamma, beta;
    Span<float> y;
    BatchStatistics statistics;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int c = t.block();
        float mean = 0, inv_std = 0;
        if (by == NormBy::batch) {
            const Moments all = moments_of(t, values, x, t.template shared<float>(0, norm_threads / warp));
            mean = all.mean;
            inv_std = statistics.inv_std_of(all.squares / all.count);
            if (t.thread() == 0) statistics.set(c, all);
        } else if (by == NormBy::kept) {
            mean = statistics.mean[c];
            inv_std = statistics.inv_std[c];
        } else {
            mean = statistics.running_mean[c];
            inv_std = statistics.inv_std_of(statistics.running_var[c]);
        }
        const float scale = gamma[c] * inv_std, offset = beta[c];
        values.each(t, [&](std::size_t i) { y[i] = (x[i] - mean) * scale + offset; });
    }
};

/// dx of the block's channel. `means` are of dy and of dy times the normalised x, over all values that were normalised
/// together.
template <class Thread>
TN_DEVICE void put_input_gradient(const Thread& t, const ChannelValues& values, Span<const float> x,
                                  Span<const float> dy, Span<float> dx, float gamma, float mean, float inv_std,
                                  const GradientPair& means) {
    const float scale = gamma * inv_std;
    values.each(t, [&](std::size_t i) { dx[i] = scale * (dy[i] - means.sum - (x[i] - mean) * inv_std * means.dot); });
}

struct NormBackward {
    static constexpr std::size_t shared_bytes = norm_threads / warp * sizeof(float);
    ChannelValues values;
    Span<const float> x, dy, gamma, saved;
    Span<float> dx, dgamma, dbeta;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int c = t.block();
        const float mean = saved[c], inv_std = saved[values.channels + c];
        const auto [sum, dot] =
            gradient_sums_of(t, values, x, dy, mean, inv_std, t.template shared<float>(0, norm_threads / warp));
        if (t.thread() == 0) {
            dgamma[c] = dot;
            dbeta[c] = sum;
        }
        if (dx)
            put_input_gradient(t, values, x, dy, dx, gamma[c], mean, inv_std,
                               {sum / values.count(), dot / values.count()});
    }
};

/// db[c], the sum of dy over the batch and the plane: the gradient of a bias.
struct BiasBackward {
    static constexpr std::size_t shared_bytes = norm_threads / warp * sizeof(float);
    ChannelValues values;
    Span<const float> dy;
    Span<float> db;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        auto scratch = t.template shared<float>(0, norm_threads / warp);
        float sum = 0;
        values.each(t, [&](std::size_t i) { sum += dy[i]; });
        sum = block_sum(t, sum, scratch);
        if (t.thread() == 0) db[t.block()] = sum;
    }
};

}  // namespace tn::cuda
