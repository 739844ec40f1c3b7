// The layers with weights or windows.
#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/export/onnx_checks.hpp"
#include "runtime/export/onnx_reader.hpp"

namespace tn::onnx {

void OnnxReader::pad(const OnnxNode& node) {
    const OnnxTensor* pads = constant(node, 1);
    const OnnxTensor* filled = constant(node, 2);
    const auto mode = node.texts.find("mode");
    const bool zeros = (mode == node.texts.end() || mode->second == "constant") &&
                       (!filled || (filled->values.size() == 1 && filled->values[0] == 0));
    require(pads && pads->numbers.size() == 8 && zeros, node, "must be of zeros, as many as a constant says");
    const auto at = [&](std::size_t i) { return extent_of(node, pads->numbers[i]); };
    require(at(0) == 0 && at(1) == 0 && at(4) == 0 && at(5) == 0, node, "must be around the image");
    value(node, 0);
    padded_[node.outputs[0]] = {node.inputs[0], {at(2), at(3), at(6), at(7)}};
}

void OnnxReader::convolution(const OnnxNode& padded) {
    OnnxNode node = padded;
    Padding before{};
    if (const auto found = padded_.find(node.inputs.empty() ? "" : node.inputs[0]); found != padded_.end())
        std::tie(node.inputs[0], before) = found->second;
    const OnnxTensor& weight = weights(node, 1, 4);
    const int filters = static_cast<int>(weight.extents[0]), groups = extent_of(node, node.number("group", 1));
    Window w = window_of(node, extent_of(node, weight.extents[2]), extent_of(node, weight.extents[3]));
    w.pad = {w.pad.top + before.top, w.pad.left + before.left, w.pad.bottom + before.bottom,
             w.pad.right + before.right};
    require(groups > 0 && weight.extents[1] * groups == shape(node).channels && filters % groups == 0, node,
            "the weights do not fit its input");
    std::vector<std::vector<float>> tensors{weight.values};
    add_bias(node, tensors, filters);
    add(node, {.kind = Operation::convolution, .window = w, .features = filters, .groups = groups},
        moved(node, w, filters), std::move(tensors));
}

void OnnxReader::transposed_convolution(const OnnxNode& node) {
    const OnnxTensor& weight = weights(node, 1, 4);
    const Shape in = shape(node);
    const Window w = window_of(node, extent_of(node, weight.extents[2]), extent_of(node, weight.extents[3]));
    require(node.number("group", 1) == 1, node, "group must be 1");
    require(!node.numbers.contains("output_shape"), node, "must say output_padding, not output_shape");
    require(weight.extents[0] == in.channels && !in.is_vector, node, "the weights do not fit its input");
    const auto more = node.numbers.find("output_padding");
    const int output_pad = more == node.numbers.end() || more->second.empty() ? 0 : extent_of(node, more->second[0]);
    require(more == node.numbers.end() ||
                std::all_of(more->second.begin(), more->second.end(), [&](auto pad) { return pad == output_pad; }),
            node, "output_padding must be the same for rows and columns");
    const int filters = extent_of(node, weight.extents[1]);
    const auto extent = [&](int from, int stride, int reach, int begin, int end) {
        return static_cast<int>(
            std::clamp<Index>(Index{from - 1} * stride + reach - begin - end + output_pad, 0, 65536));
    };
    const Shape out{filters, extent(in.height, w.stride_h, w.reach_h(), w.pad.top, w.pad.bottom),
                    extent(in.width, w.stride_w, w.reach_w(), w.pad.left, w.pad.right), false};
    // The window is that of the convolution from the output to the input.
    require(filters > 0 && out.height <= 65535 && out.width <= 65535 && w.stride_h > 0 && w.stride_w > 0 &&
                window_rule(w, out, in.channels).ok(),
            node, "the window does not fit its input");
    std::vector<std::vector<float>> tensors{weight.values};
    add_bias(node, tensors, filters);
    add(node, {.kind = Operation::transposed_convolution, .window = w, .features = filters, .output_pad = output_pad},
        out, std::move(tensors));
}

void OnnxReader::dense(const OnnxNode& node, bool turned, bool bias) {
    const OnnxTensor& weight = weights(node, 1, 2);
    const Index rows = weight.extents[0], columns = weight.extents[1], outputs = turned ? rows : columns,
                inputs = turned ? columns : rows;
    require(shape(node).is_vector && inputs == shape(node).size(), node, "the weights do not fit its input");
    std::vector<std::vector<float>> tensors{weight.values};
    for (Index i = 0; !turned && i < inputs; ++i)
        for (Index o = 0; o < outputs; ++o) tensors[0][o * inputs + i] = weight.values[i * outputs + o];
    if (bias) add_bias(node, tensors, outputs);
    add(node, {.kind = Operation::dense, .features = static_cast<int>(outputs)},
        Shape{static_cast<int>(outputs), 1, 1, true}, std::move(tensors));
}

void OnnxReader::gemm(const OnnxNode& node) {
    const auto is_one = [&](const char* name) { return !node.floats.contains(name) || node.floats.at(name) == 1; };
    require(is_one("alpha") && is_one("beta") && node.number("transA", 0) == 0, node,
            "alpha and beta must be 1 and transA 0");
    dense(node, node.number("transB", 0) != 0, true);
}

void OnnxReader::norm(const OnnxNode& node) {
    std::vector<std::vector<float>> tensors;
    for (std::size_t i = 1; i < 5; ++i) {
        tensors.push_back(weights(node, i, 1).values);
        require(std::ssize(tensors.back()) == shape(node).channels, node, "a tensor must have a value a channel");
    }
    const auto epsilon = node.floats.find("epsilon");
    add(node, {.kind = Operation::batch_norm, .epsilon = epsilon == node.floats.end() ? 1e-5f : epsilon->second},
        shape(node), std::move(tensors));
}

void OnnxReader::pool(const OnnxNode& node, bool largest) {
    const auto kernel = node.numbers.find("kernel_shape");
    require(kernel != node.numbers.end() && kernel->second.size() == 2, node, "kernel_shape must have two extents");
    const Window w = window_of(node, extent_of(node, kernel->second[0]), extent_of(node, kernel->second[1]));
    require(w.kernel_h > 0 && w.kernel_w > 0, node, "kernel_shape must be at least 1");
    require(largest || w.pad == Padding{} || node.number("count_include_pad", 0) == 1, node,
            "count_include_pad must be 1 where there is padding");
    add(node, {.kind = largest ? Operation::max_pool : Operation::average_pool, .window = w},
        moved(node, w, shape(node).channels));
}

}  // namespace tn::onnx
