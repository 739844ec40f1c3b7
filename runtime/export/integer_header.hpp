// A trained network as one C++ header that computes in integers alone: for microcontrollers.
#pragma once

#include "runtime/export/header.hpp"

namespace tn {

/// A C++17 header that includes nothing: `infer(x, y, work)` for one sample, in 8, 32 and 64 bits, without a floating
/// point number, heap or library. x are the bytes of an image's pixels, 0 .. 255 and plane after plane, where it has up
/// to 3 channels, and otherwise bytes that the header's comment tells the meaning of; y are what comes into the last
/// softmax, in steps of 1/65536; work are `workspace` bytes. `ranges` as for int8.
///
/// Throws Error naming the first layer that has no form in integers, and as exported_header() does.
ExportedHeader integer_header(const InferenceGraph& graph, const HeaderInfo& info);

}  // namespace tn
