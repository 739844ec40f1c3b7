#include "runtime/export/header_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tn {

namespace {

/// Any bytes as a literal: what is not plain ASCII in octal, which always ends after three digits.
std::string literal(const std::string& bytes) {
    std::string text = "\"";
    for (const unsigned char c : bytes) {
        if (c == '"' || c == '\\' || c == '?' || c < 32 || c > 126)
            text += fmt::format("\\{:03o}", c);
        else
            text += static_cast<char>(c);
    }
    return text + "\"";
}

}  // namespace

std::string taps_of(const Window& w) {
    return fmt::format("detail::Taps<{}, {}, {}, {}, {}, {}, {}, {}>", w.kernel_h, w.kernel_w, w.stride_h, w.stride_w,
                       w.pad.top, w.pad.left, w.dilation_h, w.dilation_w);
}

std::string class_names(const HeaderInfo& info) {
    if (info.classes.empty()) return "";
    std::string text = "/// What the outputs stand for.\ninline constexpr const char* classes[] = {";
    for (const std::string& name : info.classes) text += literal(name) + ", ";
    return text + "};\n\n";
}

ByteRange bytes_of(const HeaderStep& step, const Quantisation& q) {
    ByteRange range{q.zero, step.activation > 0 ? q.zero : 0, 255};
    if (step.activation == 2)
        range.high = static_cast<int>(std::min(255.0, std::round(q.zero + 6 / static_cast<double>(q.scale))));
    return range;
}

}  // namespace tn
