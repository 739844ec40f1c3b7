// What the attributes of an ONNX node must be to have a form in the language.
#pragma once

#include <cstdint>
#include <string>

#include "dsl/core/window.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn::onnx {

/// Throws Error that begins with the node's words.
[[noreturn]] void refuse(const OnnxNode& node, const std::string& why);
void require(bool in_order, const OnnxNode& node, const char* why);

/// From 0 to 65535.
int extent_of(const OnnxNode& node, std::int64_t extent);
/// The window that strides, dilations and pads say; without auto_pad and ceil_mode.
Window window_of(const OnnxNode& node, int kernel_h, int kernel_w);

}  // namespace tn::onnx
