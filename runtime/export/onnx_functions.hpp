// ONNX's functions of one value as formulas of the language.
#pragma once

#include <optional>
#include <vector>

#include "dsl/core/expression.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn::onnx {

/// The function that the node applies to every value, given its inputs that are constants, which are null elsewhere;
/// none where it is another node. Throws Error naming the node where its numbers are none that a layer has.
std::optional<Expression> function_of(const OnnxNode& node, const std::vector<const OnnxTensor*>& constants);

}  // namespace tn::onnx
