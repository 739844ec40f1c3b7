// What layers that normalise a sample or work on positions and sequences make of it, by plain loops.
#pragma once

#include <span>

#include "runtime/export/inference_graph.hpp"

namespace tn::graph_values_of {

/// x [in] to y, [channels][positions] both. Throws Error naming the layer where it is none of these.
void sequence_layer(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y);

}  // namespace tn::graph_values_of
