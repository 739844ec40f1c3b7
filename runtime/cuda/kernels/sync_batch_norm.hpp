// Batch normalisation of a batch that several processes share. Each leaves what it has of the sums in double, these are
// added up over all processes (ProcessGroup::sum_in_stream), and each goes on with the whole batch's.
#pragma once

#include "runtime/cuda/kernels/moments.hpp"
#include "runtime/cuda/kernels/norm.hpp"

namespace tn::cuda {

/// The moments of this process's values. A block for every channel.
struct NormMoments {
    static constexpr std::size_t shared_bytes = norm_threads / warp * sizeof(float);
    ChannelValues values;
    Span<const float> x;
    SharedMoments shared;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const Moments own = moments_of(t, values, x, t.template shared<float>(0, norm_threads / warp));
        if (t.thread() == 0) shared.set(t.block(), own);
    }
};

/// The statistics of the whole batch. A thread for every channel.
struct WholeStatistics {
    int channels;
    float count;  ///< values of a channel in the whole batch
    SharedMoments shared;
    BatchStatistics statistics;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int c = global_number(t);
        if (c < channels) statistics.set(c, shared.whole(c, count));
    }
};

/// dgamma and dbeta of this process's samples, and the same sums for the others, [channels][2]: of dy, and of dy times
/// the normalised x. A block for every channel.
struct NormGradientSums {
    static constexpr std::size_t shared_bytes = norm_threads / warp * sizeof(float);
    ChannelValues values;
    Span<const float> x, dy, saved;
    Span<float> dgamma, dbeta;
    Span<double> sums;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int c = t.block();
        const GradientPair own = gradient_sums_of(t, values, x, dy, saved[c], saved[values.channels + c],
                                                  t.template shared<float>(0, norm_threads / warp));
        if (t.thread() != 0) return;
        dgamma[c] = own.dot;
        dbeta[c] = own.sum;
        sums[2 * c] = own.sum;
        sums[2 * c + 1] = own.dot;
    }
};

/// dx from the sums over the whole batch. A block for every channel.
struct NormInputGradient {
    ChannelValues values;
    float count;
    Span<const float> x, dy, gamma, saved;
    Span<const double> sums;
    Span<float> dx;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int c = t.block();
        put_input_gradient(t, values, x, dy, dx, gamma[c], saved[c], saved[values.channels + c],
                           {static_cast<float>(sums[2 * c] / count), static_cast<float>(sums[2 * c + 1] / count)});
    }
};

/// What the kernels of a block read: the sums over all processes, in float. A thread for each.
struct RoundSums {
    std::size_t count;
    Span<const double> sums;
    Span<float> total;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i < count) total[i] = static_cast<float>(sums[i]);
    }
};

}  // namespace tn::cuda
