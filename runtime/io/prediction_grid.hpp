// A grid of pictures with what was predicted for each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"

namespace tn {

struct Prediction {
    int picture = 0;          ///< index into the pictures
    int predicted = 0;
    float probability = 0;    ///< of the predicted class
};

/// At most `count` predictions to show: the wrong ones first, the surest before the others, then right ones from all
/// over the set.
std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count);

/// Captions are "ada 98%", or "ben, not ada 61%" in a red frame where it is wrong.
Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions, int columns = 8);

}  // namespace tn
