// ONNX's form of the layers that normalise a sample or work on positions and sequences.
#pragma once

#include <string>

#include "runtime/export/inference_graph.hpp"
#include "runtime/export/onnx_nodes.hpp"

namespace tn {

/// Writes node `number` of the graph, which reads value `x` and gives value `y`; false where it is none of these.
bool write_sequence_layer(OnnxNodes& nodes, const GraphNode& node, std::size_t number, Shape in, Shape out,
                          const std::string& x, const std::string& y);

}  // namespace tn
