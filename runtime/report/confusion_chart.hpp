// The confusion matrix as a picture.
#pragma once

#include <span>
#include <string>

#include "runtime/data/image.hpp"
#include "runtime/train/confusion.hpp"

namespace tn {

/// Rows are the truth, columns what was predicted; cells are coloured by their share of the row. Up to 60 classes have
/// their names and numbers, more only colours. Throws Error unless there is a name for every class.
Picture draw_confusion(const Confusion& confusion, std::span<const std::string> names);

}  // namespace tn
