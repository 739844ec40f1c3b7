// The last layer of a pretrained network, trained on what comes into it.
#pragma once

#include <algorithm>
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
    Features features;               ///< of every picture
    std::vector<DecayTrial> trials;  ///< none where there were too few photographs
    float decay = 0;                 ///< the one of the least loss
    LinearHead head;
    double train_loss = 0, train_accuracy = 0;
    double feature_seconds = 0, head_seconds = 0;
};

/// The best of the decays tried; null where there were too few photographs to try any.
const DecayTrial* best_trial(const HeadTraining& training);

/// Loss and accuracy of a head on features.
struct HeadFit {
    double loss = 0, accuracy = 0;
};
HeadFit fit_of(const LinearHead& head, const Features& features);

/// The decay of the least loss on samples that were not trained on, and what led to it.
float choose_decay(const Features& features, int folds, std::uint64_t seed, std::vector<DecayTrial>& trials);

/// Writes the head into the last layer, whose further outputs do not count.
template <class M> void set_head(M& model, const LinearHead& head) {
    const auto tensors = model.tensors();
    std::ranges::copy(head.weight, tensors[tensors.size() - 2].values.begin());
    std::ranges::copy(head.bias, tensors[tensors.size() - 1].values.begin());
}

/// Divides the last layer's outputs by this.
template <class M> void divide_outputs(M& model, float temperature) {
    const auto tensors = model.tensors();
    for (std::size_t i = tensors.size() - 2; i < tensors.size(); ++i)
        for (float& v : tensors[i].values) v /= temperature;
}

/// The temperature of a head with this decay, on samples that it was not trained on; 1 where there are too few.
float head_temperature(const HeadTraining& head, const HeadOptions& options);

/// Runs the model once over every picture and trains its last layer on the features; the model stays as it is.
HeadTraining train_head(InferenceModel& model, const Pictures& training, const Normalise& normalise,
                        const HeadOptions& options);

}  // namespace photos
