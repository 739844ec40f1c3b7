// The average of the weights: one kernel over all parameters and states.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/cuda/execution.hpp"
#include "runtime/train/ema.hpp"

namespace tn::cuda {

/// Moves the average after a step, whose number counted from 0 lies on the device. The first `parameters` of `count`
/// values are the model's parameters, the others its states.
struct MoveAverage {
    float decay;
    std::size_t parameters, count;
    Span<const std::uint64_t> step;
    Span<const float> parameter, state;
    Span<float> average;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        EmaRule(decay, step[0] + 1)(average[i], i < parameters ? parameter[i] : state[i - parameters]);
    }
};

}  // namespace tn::cuda
