// Constants that an ONNX model computes: extents from those of its values, as where its batch may have any size, and
// zeros.
#pragma once

#include <optional>
#include <vector>

#include "dsl/core/shape.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn::onnx {

using Numbers = std::vector<std::int64_t>;

/// The extents of a value: [batch][channels][height][width] or [batch][features], where 0 stands for the batch, as it
/// does in what Reshape reads.
Numbers extents_of(Shape shape);
/// Those of them that a node Shape asks for.
OnnxTensor shape_of(const OnnxNode& node, const Numbers& all);

/// What a node makes of constants, given in order: of whole numbers `Gather`, `Slice`, `Unsqueeze`, `Squeeze`, `Cast`,
/// `Reshape`, `Concat` and `Mul`, of one value `Expand` and `CastLike`; none where it is another one or reads something
/// else, which is null. Throws Error naming the node where it is out of order.
std::optional<OnnxTensor> computed_constant(const OnnxNode& node, const std::vector<const OnnxTensor*>& inputs);

}  // namespace tn::onnx
