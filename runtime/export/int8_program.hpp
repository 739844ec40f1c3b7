// The steps of an exported header whose layers run on bytes where they can.
#pragma once

#include "runtime/export/header_program.hpp"
#include "runtime/export/int8_plan.hpp"

namespace tn {

/// How bytes lie: in blocks of 16 channels with zeros around the images, for vectors; or with all channels innermost
/// and nothing around, which takes the least memory.
enum class Int8Form { blocks, compact };

/// Steps on bytes have the method int8, the others planes; between them the steps quantise and dequantise.
HeaderProgram int8_program(const InferenceGraph& graph, const Int8Plan& plan, Int8Form form);

}  // namespace tn
