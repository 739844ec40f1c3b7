// A trained network as an ONNX model, for onnxruntime and whatever else reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/export/inference_graph.hpp"

namespace tn {

/// What the model says besides the network, in its metadata.
struct OnnxInfo {
    std::vector<std::string> classes;
    Normalise normalise;
};

/// The bytes of a model (IR 8, operators 13) with the input "x" [batch][channels][height][width], or [batch][features],
/// and the output "y" [batch][outputs]; any batch runs.
std::string to_onnx(const InferenceGraph& graph, const OnnxInfo& info);

}  // namespace tn
