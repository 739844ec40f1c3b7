// The last layer of a pretrained network, trained on what comes into it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "examples/photos/networks/known_network.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/linear_head.hpp"

namespace photos {

/// What trains a head.
struct HeadOptions {
    int folds = 5;  ///< in which the weight decay is chosen
    std::uint64_t seed = 1;
    std::function<bool(int)> after{};  ///< features_of's
};

struct HeadTraining {
    std::vector<DecayTrial> trials;  ///< none where there were too few photographs
    float decay = 0;                 ///< the one of the least loss
    double train_loss = 0, train_accuracy = 0;
    double feature_seconds = 0, head_seconds = 0;
};

/// The decay of the least loss on samples that were not trained on, and what led to it.
float choose_decay(const Features& features, int folds, std::uint64_t seed, std::vector<DecayTrial>& trials);

/// Runs the model once over every picture and trains its last layer on the features; the other layers stay as they are.
HeadTraining train_head(InferenceModel& model, const Pictures& training, const Normalise& normalise,
                        const HeadOptions& options);

}  // namespace photos
