// An ONNX model as an inference graph.
#pragma once

#include "runtime/export/inference_graph.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn {

/// The model's operations in the language's own, simplified as by simplify(); its one output is the graph's. `layer` of
/// a node are the words of the ONNX node. Throws Error that begins with these for a node of an operation that the
/// language does not have, or not in this form: "node 'lrn_1' (LRN): ...".
InferenceGraph onnx_graph(const OnnxModel& model);

}  // namespace tn
