// Extents that an ONNX model computes from those of its values, as it does where its batch may have any size.
#pragma once

#include <optional>
#include <vector>

#include "dsl/core/shape.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn::onnx {

/// What Shape says of a value: [batch][channels][height][width] or [batch][features], where 0 stands for the batch, as
/// it does in what Reshape reads.
OnnxTensor extents_of(const OnnxNode& node, Shape shape);

/// What a node makes of whole numbers, given in order: of `Gather`, `Unsqueeze`, `Cast`, `Concat` and `Mul`; none where
/// it is another one or reads something else, which is null. Throws Error naming the node where it is out of order.
std::optional<OnnxTensor> computed_extents(const OnnxNode& node, const std::vector<const OnnxTensor*>& inputs);

}  // namespace tn::onnx
