// How many labels that were made wrong on purpose are found.
#pragma once

#include <vector>

#include "runtime/data/label_errors.hpp"

namespace photos {

/// Prints how many of the `wrong` samples, ascending, are among those found, how many of these are wrong, and, by their
/// chance, how many were expected to be.
void print_trial(const std::vector<tn::LabelError>& found, const std::vector<int>& wrong);

}  // namespace photos
