// The exponential moving average of a model's weights: what one step does to it.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tn {

/// average += (1 - d) (value - average), d = min(decay, (1 + step) / (10 + step)): the mean of the whole run at first,
/// of about the last 1 / (1 - decay) steps later. Averaging: Polyak and Juditsky, "Acceleration of stochastic
/// approximation by averaging" (1992); the growing d: tf.train.ExponentialMovingAverage.
struct EmaRule {
    float part;

    /// Of step number `step`, counted from 1.
    constexpr EmaRule(float decay, std::uint64_t step)
        : part(static_cast<float>(
              1 - std::min(double{decay}, (1 + static_cast<double>(step)) / (10 + static_cast<double>(step))))) {}

    constexpr void operator()(float& average, float value) const { average += part * (value - average); }
};

}  // namespace tn
