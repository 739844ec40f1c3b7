// A trained network as an ONNX model, for onnxruntime and whatever else reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/export/inference_graph.hpp"

namespace tn {

/// A part of the network's input or output with a name of its own.
struct OnnxPart {
    std::string name;
    Shape shape;
};

/// What the model says besides the network, in its metadata; and names for the parts of its input and output where it
/// has several, in order (Inputs::parts, Heads::part).
struct OnnxInfo {
    std::vector<std::string> classes;
    Normalise normalise;
    std::vector<OnnxPart> inputs{}, outputs{};
};

/// The bytes of a model (IR 8, operators 13) with the input "x" [batch][channels][height][width], or [batch][features],
/// and the output "y" [batch][outputs], or with those that `info` names; any batch runs. Throws Error where the parts
/// together have not as many values as the network's input or output.
std::string to_onnx(const InferenceGraph& graph, const OnnxInfo& info);

}  // namespace tn
