// A grid of pictures with what was predicted for each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"
#include "runtime/train/prediction.hpp"

namespace tn {

/// At most `count` predictions to show: the wrong ones first, the surest before the others, then right ones from all
/// over the set.
std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count);

/// "3 of 80 photographs wrong", and if more are wrong than are shown, that too.
std::string title_of(const Pictures& pictures, std::span<const Prediction> all, std::size_t shown);

/// Captions are "ada 98%"; where that is wrong the frame is red and "not ben" stands below. Names are as drawn_names
/// has them; those that are too long are cut, and so is a title above. Throws Error when there is no column or more
/// rows than a picture can have.
Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions,
                         const std::string& title = "", int columns = 8);

}  // namespace tn
