// Which numbers a network's values have on photographs: what int8 needs to know.
#pragma once

#include <string>
#include <vector>

#include "examples/photos/networks/model.hpp"
#include "runtime/export/quantisation.hpp"

namespace photos {

/// Photographs that are looked at.
inline constexpr int calibration_photographs = 100;

/// The ranges of the graph's values over photographs from all over the folder and its sub-folders, which are those of
/// the classes. Throws tn::Error naming what is not in order.
std::vector<ValueRange> calibrated(const InferenceGraph& graph, const TrainedModel& trained, const std::string& folder);

}  // namespace photos
