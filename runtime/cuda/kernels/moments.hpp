// A channel's mean and variance, put together from parts of its values, and where training leaves them.
#pragma once

#include <cmath>

#include "runtime/cuda/execution.hpp"

namespace tn::cuda {

/// A channel's mean of `count` values and the sum of their squared distances to it.
struct Moments {
    float count = 0, mean = 0, squares = 0;

    /// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
    TN_DEVICE void add(const Moments& other) {
        if (other.count == 0) return;
        const float all = count + other.count;
        const float distance = other.mean - mean, share = other.count / all;
        mean += distance * share;
        squares += other.squares + distance * distance * count * share;
        count = all;
    }
};

/// Every channel's statistics as a training step leaves them: mean and 1 / sqrt(variance + epsilon) of the batch, and
/// the running ones, which move by `momentum`.
struct BatchStatistics {
    float epsilon, momentum;
    Span<float> mean, inv_std, running_mean, running_var;

    TN_DEVICE float inv_std_of(float variance) const { return 1 / std::sqrt(variance + epsilon); }
    TN_DEVICE void set(int c, const Moments& all) const {
        mean[c] = all.mean;
        inv_std[c] = inv_std_of(all.squares / all.count);
        running_mean[c] = (1 - momentum) * running_mean[c] + momentum * all.mean;
        if (all.count > 1)  // one value has no variance
            running_var[c] = (1 - momentum) * running_var[c] + momentum * (all.squares / (all.count - 1));
    }
};

/// What the processes of a group add up for a channel's moments, [channels][2]: the sums of its values and of their
/// squares. In double: of a mean of squares and the mean's square, float has lost the difference, the variance, where
/// the mean is some hundred deviations; double keeps it to float's own accuracy up to ten thousand.
struct SharedMoments {
    Span<double> sums;

    TN_DEVICE void set(int c, const Moments& own) const {
        const double count = own.count, mean = own.mean;
        sums[2 * c] = count * mean;
        sums[2 * c + 1] = own.squares + count * mean * mean;
    }
    /// After the sum over all processes: of `count` values.
    TN_DEVICE Moments whole(int c, float count) const {
        const double mean = sums[2 * c] / count, squares = sums[2 * c + 1] - mean * sums[2 * c];
        return {count, static_cast<float>(mean), squares < 0 ? 0.0f : static_cast<float>(squares)};
    }
};

}  // namespace tn::cuda
