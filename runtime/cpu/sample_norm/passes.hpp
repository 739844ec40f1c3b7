// The passes of a normalisation of every sample by itself, and their table by instruction set.
#pragma once

#include "dsl/core/index.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

/// Samples of [channels][plane] are normalised at each position over the channels, where `groups` is 0, or else over
/// each of so many groups of neighbouring channels.
struct SampleNormPlan {
    int channels, plane, groups;

    constexpr Index size() const { return Index{channels} * plane; }
    /// How many parts of a sample have a mean and a variance of their own.
    constexpr int parts() const { return groups == 0 ? plane : groups; }
    constexpr int channels_of_group() const { return channels / groups; }
};

/// n samples of x, y, dy and dx; gamma, beta and their gradients [channels]. `saved` has the means of all parts of the
/// batch and then their inv_std = 1 / sqrt(variance + epsilon), and is null in inference. dx is null where nobody wants
/// it. Pointers that a pass does not use are null.
struct SampleNormPass {
    int n;
    const float *x, *gamma, *beta, *dy;
    float *y, *dx, *dgamma, *dbeta, *saved;
    float epsilon;

    float* means() const { return saved; }
    float* inv_stds(const SampleNormPlan& plan) const { return saved + Index{n} * plan.parts(); }
};

struct SampleNormKernels {
    void (*forward)(ThreadPool&, const SampleNormPlan&, const SampleNormPass&);
    void (*backward)(ThreadPool&, const SampleNormPlan&, const SampleNormPass&);
};

}  // namespace tn::cpu
