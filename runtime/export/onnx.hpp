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
    int opset = 13;  ///< the operator set, least_opset to most_opset
};

inline constexpr int least_opset = 11, most_opset = 21;

/// The bytes of a model (operators 13, or as `info` says) with the input "x" [batch][channels][height][width], or
/// [batch][features], and the output "y" [batch][outputs], or with those that `info` names; any batch runs. Throws
/// Error where the parts together have not as many values as the network's input or output, and for an operator set
/// that is not written.
std::string to_onnx(const InferenceGraph& graph, const OnnxInfo& info);

}  // namespace tn
