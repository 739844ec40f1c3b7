// The algebra of batch normalisation, a channel at a time (Ioffe and Szegedy, "Batch normalization", 2015): from mean
// and variance to what a block does with z, and from the sums of its gradients to dz.
#if defined(TN_CPU_CONV_BLOCK_BATCH_NORM_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_BATCH_NORM_INL
#undef TN_CPU_CONV_BLOCK_BATCH_NORM_INL
#else
#define TN_CPU_CONV_BLOCK_BATCH_NORM_INL
#endif

#include <cmath>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/shared_batch.hpp"

namespace tn::cpu::TN_ISA {

/// Without batch normalisation only the bias is added.
inline Affine bias_affine(const float* bias, int f) { return {bias ? -bias[f] : 0.0f, 1.0f, 0.0f}; }

/// How evaluation normalises channel f.
inline Affine running_affine(const BlockGeometry& block, const ConvInfer& pass, int f) {
    if (!block.norm) return bias_affine(pass.bias, f);
    const float bias = pass.bias ? pass.bias[f] : 0.0f;
    return {pass.running_mean[f] - bias, pass.gamma[f] / std::sqrt(pass.running_var[f] + pass.epsilon), pass.beta[f]};
}

/// How a training step normalises channel f.
inline Affine batch_affine(const BlockGeometry& block, const SavedStatistics& statistics, const float* gamma,
                           const float* beta, int f) {
    if (!block.norm) return {statistics.mean[f], 1.0f, 0.0f};
    return {statistics.mean[f], gamma[f] * statistics.inv_std[f], beta[f]};
}

/// The sign of the gamma of channel f, 1 where `gamma` is null.
inline float gamma_sign(const float* gamma, int f) {
    if (!gamma) return 1.0f;
    return gamma[f] > 0 ? 1.0f : gamma[f] < 0 ? -1.0f : 0.0f;
}

/// What is saved of a block without batch normalisation.
inline void set_bias_statistics(const BlockGeometry& block, const float* bias, SavedStatistics statistics) {
    for (int f = 0; f < block.conv.filters; ++f) {
        statistics.mean[f] = bias_affine(bias, f).mean;
        statistics.inv_std[f] = 1.0f;
    }
}

/// Mean and 1 / sigma of channel f of z without its bias, from the mean and the squared distances to it of `count`
/// values; the running statistics follow.
inline void set_statistics(const ConvForward& pass, int f, double count, double mean, double squares,
                           SavedStatistics statistics) {
    statistics.mean[f] = static_cast<float>(mean);
    statistics.inv_std[f] = static_cast<float>(1.0 / std::sqrt(squares / count + pass.epsilon));
    if (!pass.running_mean) return;
    const double keep = 1.0 - static_cast<double>(pass.momentum), m = pass.momentum;
    const double bias = pass.bias ? pass.bias[f] : 0.0f;
    pass.running_mean[f] = static_cast<float>(keep * pass.running_mean[f] + m * (mean + bias));
    if (count > 1)  // one value has no variance
        pass.running_var[f] = static_cast<float>(keep * pass.running_var[f] + m * squares / (count - 1));
}

/// The statistics of all channels from each sample's mean and sum of squared distances to it (Chan, Golub and LeVeque,
/// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
inline void combine_statistics(const BlockGeometry& block, const ConvForward& pass, const float* own,
                               SavedStatistics statistics) {
    const int filters = block.conv.filters;
    const auto plane = static_cast<double>(block.conv.out_plane());
    const SampleSums sums = gather_sums(pass.group, pass.n, filters, own);
    for (int f = 0; f < filters; ++f) {
        double mean = 0, squares = 0;
        for (int s = 0; s < sums.n; ++s) mean += sums(s, 0, f);
        mean /= sums.n;
        for (int s = 0; s < sums.n; ++s) {
            const float of_sample = sums(s, 0, f);
            squares += sums(s, 1, f) + plane * (of_sample - mean) * (of_sample - mean);
        }
        set_statistics(pass, f, plane * sums.n, mean, squares, statistics);
    }
}

/// What backward knows of a channel.
struct Channel {
    Affine affine;
    AffineGradient to_dz;
};
static_assert(sizeof(Channel) == channel_floats * sizeof(float));

/// How every channel was normalised. dz = g, until set_dz() is told the sums over the batch.
inline void start_channels(const BlockGeometry& block, const ConvBackward& pass, const SavedStatistics& statistics,
                           Channel* channels) {
    for (int f = 0; f < block.conv.filters; ++f)
        channels[f] = {
            block.z_is_y() ? Affine{0.0f, 1.0f, 0.0f} : batch_affine(block, statistics, pass.gamma, pass.beta, f),
            {1.0f, 0.0f, 0.0f}};
}

/// A channel's sums of g and of g * (z - mean).
struct GradientSums {
    double g = 0, gz = 0;
};

/// dgamma, dbeta and dbias of channel f, from the sums over this process's samples.
inline void set_own_gradients(const BlockGeometry& block, const ConvBackward& pass, const SavedStatistics& statistics,
                              int f, const GradientSums& own) {
    const auto set = [&](float* gradient, double value) {
        if (gradient) gradient[f] = (pass.adds ? gradient[f] : 0.0f) + static_cast<float>(value);
    };
    set(pass.dbias, block.norm ? 0 : own.g);
    if (!block.norm) return;
    set(pass.dgamma, own.gz * statistics.inv_std[f]);
    set(pass.dbeta, own.g);
}

/// The factors of channel f's dz, from the sums over the `count` values of the whole batch (Ioffe and Szegedy, section
/// 3, with the means factored out).
inline void set_dz(const BlockGeometry& block, const SavedStatistics& statistics, int f, const GradientSums& all,
                   double count, Channel& channel) {
    if (!block.norm) return;
    const double scale = channel.affine.scale, inv_std = statistics.inv_std[f];
    channel.to_dz = {channel.affine.scale, static_cast<float>(-scale * inv_std * inv_std * all.gz / count),
                     static_cast<float>(-scale * all.g / count)};
}

/// Both of all channels, from every sample's sums of g and of g * (z - mean).
inline void combine_gradients(const BlockGeometry& block, const ConvBackward& pass, const SavedStatistics& statistics,
                              const float* own, Channel* channels) {
    const int filters = block.conv.filters;
    const SampleSums sums = gather_sums(block.norm ? pass.group : nullptr, pass.n, filters, own);
    const double count = static_cast<double>(block.conv.out_plane()) * sums.n;
    for (int f = 0; f < filters; ++f) {
        const auto add_up = [&](int first, int last) {
            GradientSums total;
            for (int s = first; s < last; ++s) {
                total.g += sums(s, 0, f);
                total.gz += sums(s, 1, f);
            }
            return total;
        };
        const GradientSums of_own = add_up(sums.own_first, sums.own_first + sums.own_n);
        set_own_gradients(block, pass, statistics, f, of_own);
        set_dz(block, statistics, f, sums.own_n < sums.n ? add_up(0, sums.n) : of_own, count, channels[f]);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
