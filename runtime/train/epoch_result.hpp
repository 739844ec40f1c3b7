// What an epoch of a training run gave, and what a test gives.
#pragma once

#include <cstdint>
#include <limits>

#include "runtime/train/loader_stats.hpp"

namespace tn {

/// What one epoch gave; values of pictures that were not looked at are NaN.
struct EpochResult {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();
    int epoch = 0;
    std::int64_t iteration = 0;
    double train_loss = 0, train_accuracy = 0;
    double test_loss = none, test_accuracy = none;
    double held_loss = none, held_accuracy = none;
    double seconds = 0;
    int best = 0;         ///< with a patience: which epoch is the best so far
    bool last = false;    ///< the run is over: all its steps are taken, or its patience is at an end
    LoaderStats loading;  ///< of the run so far
};

}  // namespace tn
