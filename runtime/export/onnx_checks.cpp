#include "runtime/export/onnx_checks.hpp"

#include <tuple>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn::onnx {

[[noreturn]] void refuse(const OnnxNode& node, const std::string& why) { throw Error(node.words() + ": " + why); }
void require(bool in_order, const OnnxNode& node, const char* why) {
    if (!in_order) refuse(node, why);
}

int extent_of(const OnnxNode& node, std::int64_t extent) {
    require(extent >= 0 && extent <= 65535, node, "an extent is out of range");
    return static_cast<int>(extent);
}
Window window_of(const OnnxNode& node, int kernel_h, int kernel_w) {
    const auto pair = [&](const char* name, int otherwise) {
        const auto found = node.numbers.find(name);
        if (found == node.numbers.end()) return std::pair{otherwise, otherwise};
        require(found->second.size() == 2, node, "windows must have two extents");
        return std::pair{extent_of(node, found->second[0]), extent_of(node, found->second[1])};
    };
    const auto padding = node.texts.find("auto_pad");
    require(padding == node.texts.end() || padding->second == "NOTSET", node, "auto_pad must be NOTSET");
    require(node.number("ceil_mode", 0) == 0, node, "ceil_mode must be 0");
    Window w{.kernel_h = kernel_h, .kernel_w = kernel_w};
    std::tie(w.stride_h, w.stride_w) = pair("strides", 1);
    std::tie(w.dilation_h, w.dilation_w) = pair("dilations", 1);
    const auto reaches = [](int kernel, int dilation) { return Index{kernel} * dilation < Index{1} << 30; };
    require(reaches(w.kernel_h, w.dilation_h) && reaches(w.kernel_w, w.dilation_w), node, "the window is too large");
    if (const auto pads = node.numbers.find("pads"); pads != node.numbers.end()) {
        require(pads->second.size() == 4, node, "pads must be four");
        const auto pad = [&](std::size_t i) { return extent_of(node, pads->second[i]); };
        w.pad = {pad(0), pad(1), pad(2), pad(3)};
    }
    return w;
}

}  // namespace tn::onnx
