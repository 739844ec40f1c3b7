// A grid of pictures with what was predicted for each.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"
#include "runtime/train/prediction.hpp"

namespace tn {

/// A picture that explains a prediction, such as a heat map; empty: there is none.
using Explain = std::function<Picture(const Prediction&)>;

/// Predictions that take at most `count` places of a grid: the wrong ones first, the surest before the others, then
/// right ones from all over the set. A wrong one takes `places_of_wrong`, as with an explanation beside it. However
/// many are wrong, a third of the places is for right ones, as long as there are some.
std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count,
                               int places_of_wrong = 1);

/// "3 of 80 photographs wrong", and if more are wrong than are shown, that too.
std::string title_of(const Pictures& pictures, std::span<const Prediction> all, std::span<const Prediction> shown);

/// Captions are "ada 98%"; where that is wrong the frame is red and "not ben" stands below. Names are as drawn_names
/// has them; those that are too long are cut, and so is a title above. Behind a wrong one stands what explains it.
/// Throws Error when there is no column or more rows than a picture can have.
Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions,
                         const std::string& title = "", int columns = 8, const Explain& explain = {});

}  // namespace tn
