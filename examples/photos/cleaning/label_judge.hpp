// Which labels look wrong, by models that were not trained on the photographs that they judge.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/photos/networks/known_network.hpp"
#include "runtime/data/label_errors.hpp"

namespace photos {

class Networks;

struct JudgeOptions {
    int folds, repeats;
    int epochs;  ///< of each model; 0: as many as make enough batches
    std::string augmentation;
    std::uint64_t seed;
};

/// Runs a pretrained model once over every picture and trains its last layer for each fold on the others, tells how far
/// it is, and names the labels that look wrong. The weight decay is chosen for the whole, of which wrong labels are
/// part.
std::vector<tn::LabelError> judge_labels(const tn::Pictures& pictures, InferenceModel& model,
                                         const tn::Normalise& normalise, const JudgeOptions& options);

/// Trains a model for each fold on the others, tells how far it is, and names the labels that look wrong.
std::vector<tn::LabelError> judge_labels(const tn::Pictures& pictures, Networks& networks, const JudgeOptions& options);

}  // namespace photos
