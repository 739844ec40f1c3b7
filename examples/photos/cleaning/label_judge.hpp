// Which labels look wrong, by models that were not trained on the photographs that they judge.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/data/label_errors.hpp"

namespace photos {

class Networks;

struct JudgeOptions {
    int folds, repeats;
    int epochs;  ///< of each model; 0: as many as make enough batches
    std::string augmentation;
    std::uint64_t seed;
};

/// Trains a model for each fold on the others, tells how far it is, and names the labels that look wrong.
std::vector<tn::LabelError> judge_labels(const tn::Pictures& pictures, Networks& networks, const JudgeOptions& options);

}  // namespace photos
