// The weights of an ONNX model for a network of the same operations.
#pragma once

#include <functional>
#include <span>

#include "runtime/export/inference_graph.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

/// Puts the weights of `theirs`, as onnx_graph() has them, into the tensors of a model; `own` gives the model's graph
/// as it is. A model's batch normalisation becomes the bias that theirs, folded, has. Throws Error where the graphs
/// differ, beginning with the words of the first ONNX node that does not fit; nothing was written then.
void import_weights(const InferenceGraph& theirs, const std::function<InferenceGraph()>& own,
                    std::span<const Tensor<float>> tensors);

}  // namespace tn
