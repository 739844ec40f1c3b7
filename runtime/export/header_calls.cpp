#include "runtime/export/header_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/export/cpp_formula.hpp"
#include "runtime/export/header_sequences.hpp"
#include "runtime/export/header_text.hpp"

namespace tn {

namespace {

/// The window of a grouped or transposed convolution or of a pool on planes as a type of the header.
std::string window_of(const Window& w, Shape in, Shape out) {
    return fmt::format("detail::Window<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}>", in.channels, in.height,
                       in.width, out.height, out.width, w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.pad.top,
                       w.pad.left, w.dilation_h, w.dilation_w);
}

const char* activation_of(const HeaderStep& step) {
    static const char* const names[] = {"detail::linear", "detail::relu", "detail::relu6"};
    return names[step.activation];
}

/// How a convolution by Winograd's algorithm is cut: as many rows of tiles at a time as half a megabyte holds, and 10
/// tiles or fewer in one product.
struct WinogradCut {
    int band, strips, tiles;  // tiles of a strip
    std::size_t scratch;
};
WinogradCut winograd_cut(const HeaderStep& step, const HeaderValue& in, const HeaderValue& out) {
    const int factor = step.pools ? 2 : 1, across = (factor * out.shape.width + 3) / 4,
              down = (factor * out.shape.height + 3) / 4, channels = (in.shape.channels + 15) / 16 * 16,
              filters = out.shape.channels > 16 ? 32 : 16;
    WinogradCut cut{};
    cut.band = std::clamp(131072 / (36 * channels * across), 1, down);
    cut.strips = (cut.band * across + 9) / 10;
    cut.tiles = (cut.band * across + cut.strips - 1) / cut.strips;
    cut.scratch = std::size_t{36} * (std::size_t(cut.strips) * cut.tiles * channels + filters * in.shape.channels +
                                     cut.tiles * filters) +
                  filters;
    return cut;
}

/// Floats of the weights that are widened before a kernel reads them; a dense layer reads each only once.
std::size_t widened(const InferenceGraph& graph, const HeaderStep& step, const HeaderValue& in,
                    const HeaderValue& out) {
    const bool depthwise = step.method == HeaderStep::depthwise;
    if (!depthwise && step.method != HeaderStep::convolution && step.method != HeaderStep::winograd) return 0;
    const Operation& operation = graph.nodes[step.node].operation;
    if (operation.kind == Operation::dense) return 0;
    return aligned(out.shape.channels) * (depthwise ? 1 : in.shape.channels) * operation.window.kernel_h *
           operation.window.kernel_w;
}

Error no_form(const GraphNode& node) { return Error("layer " + node.layer + ": has no form in a header"); }

}  // namespace

std::size_t HeaderFunctions::number_of(const Expression& e) {
    const auto known = std::find(all_.begin(), all_.end(), e);
    if (known != all_.end()) return known - all_.begin();
    all_.push_back(e);
    return all_.size() - 1;
}

std::string HeaderFunctions::source() const {
    if (all_.empty()) return "";
    std::string text{cpp_formula_functions};
    for (std::size_t i = 0; i < all_.size(); ++i)
        text += fmt::format(
            "\ntemplate <int N> inline void function_{}(const float* from, float* y) {{\n"
            "    for (int i = 0; i < N; ++i) {{\n"
            "        const float x = from[i];\n"
            "        y[i] = {};\n    }}\n}}\n",
            i, to_cpp(all_[i]));
    return text;
}

std::vector<std::size_t> header_scratch(const InferenceGraph& graph, const HeaderProgram& program, WeightsAs as) {
    std::vector<std::size_t> scratch;
    for (const HeaderStep& step : program.steps) {
        const HeaderValue &in = program.values[step.read[0]], &out = program.values[step.written];
        std::size_t floats = 0;
        if (step.method == HeaderStep::planes) floats = sequence_scratch(graph.nodes[step.node], in.shape);
        if (step.method == HeaderStep::winograd) floats = winograd_cut(step, in, out).scratch;
        if (as == WeightsAs::fp16) floats += widened(graph, step, in, out);
        scratch.push_back(floats);
    }
    return scratch;
}

std::string HeaderCalls::tensor(std::size_t step, std::size_t number, std::vector<float> values, bool weighs) {
    const int node = program_.steps[step].node;
    const std::string& layer = graph_.nodes[node].layer;
    if (weighs)
        return fmt::format("detail::weights_of({})", weights_.add_weights(std::move(values), node, number, layer));
    return fmt::format("detail::floats_of({})", weights_.add(std::move(values), node, number, layer, NumberType::fp32));
}

std::string HeaderCalls::plain_tensor(std::size_t step, std::size_t number) {
    return tensor(step, number, graph_.nodes[program_.steps[step].node].tensors[number], false);
}

std::string HeaderCalls::call(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    switch (step.method) {
        case HeaderStep::convert:
            return fmt::format("detail::convert<{}, {}>({}, {});\n", value(step.read[0]).layout(),
                               value(step.written).layout(), place(step.read[0]), place(step.written));
        case HeaderStep::convolution:
        case HeaderStep::winograd:
        case HeaderStep::depthwise: return convolution(number);
        case HeaderStep::blocked: return on_blocks(number);
        case HeaderStep::planes: return on_planes(number);
        default: return "";  // Int8Calls has those on bytes
    }
}

std::string HeaderCalls::convolution(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    const GraphNode& node = graph_.nodes[step.node];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    Window window = node.operation.window;
    if (node.operation.kind == Operation::dense) window = {.kernel_h = in.shape.height, .kernel_w = in.shape.width};
    const int channels = in.shape.channels, filters = out.shape.channels, taps = window.kernel_h * window.kernel_w;
    const std::vector<float>& w = node.tensors[0];
    const bool depthwise = step.method == HeaderStep::depthwise;
    std::string weight = tensor(number, 0,
                                depthwise ? pack_channels(w, channels, taps)
                                          : pack_filters(w, filters, channels, taps, in.blocked ? 16 : channels),
                                true);
    if (const std::size_t floats = as_ == WeightsAs::fp16 ? widened(graph_, step, in, out) : 0) {
        const std::size_t behind = step.method == HeaderStep::winograd ? winograd_cut(step, in, out).scratch : 0;
        weight = fmt::format("detail::widen<{}>({}, {} + {})", floats, weight, places_.scratch(number), behind);
    }
    const std::string bias = tensor(number, 1, pack_channels(node.tensors[1], filters, 1), false);
    const std::string x = place(step.read[0]), y = place(step.written);
    if (depthwise)
        return fmt::format("detail::depthwise<{}, {}, {}, {}>({}, {}, {}, {});\n", in.layout(), out.layout(),
                           taps_of(window), activation_of(step), x, weight, bias, y);
    const bool adds = step.read.size() == 2;
    const std::string other = adds ? value(step.read[1]).layout() : "void",
                      addend = adds ? place(step.read[1]) : "nullptr";
    if (step.method == HeaderStep::winograd) {
        const WinogradCut cut = winograd_cut(step, in, out);
        return fmt::format("detail::Winograd<{}, {}, {}, {}, {}, {}, {}, {}, {}>::run({}, {}, {}, {}, {}, {});\n",
                           in.layout(), out.layout(), activation_of(step), other, step.pools, cut.band, cut.strips,
                           cut.tiles, cut.scratch, x, weight, bias, addend, y, places_.scratch(number));
    }
    return fmt::format("detail::Convolution<{}, {}, {}, {}, {}, {}>::run({}, {}, {}, {}, {});\n", in.layout(),
                       out.layout(), taps_of(window), activation_of(step), other, step.pools, x, weight, bias, addend,
                       y);
}

std::string HeaderCalls::on_blocks(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    const GraphNode& node = graph_.nodes[step.node];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    const std::string x = place(step.read[0]), y = place(step.written), from = in.layout(), to = out.layout();
    switch (node.operation.kind) {
        case Operation::max_pool:
        case Operation::average_pool:
            return fmt::format("detail::{}<{}, {}, {}>({}, {});\n",
                               node.operation.kind == Operation::max_pool ? "blocked_max_pool" : "blocked_average_pool",
                               from, to, taps_of(node.operation.window), x, y);
        case Operation::global_average_pool:
            return fmt::format("detail::blocked_global_average_pool<{}, {}>({}, {});\n", from, to, x, y);
        case Operation::scale: {
            const auto packed = [&](std::size_t i) {
                return tensor(number, i, pack_channels(node.tensors[i], in.shape.channels, 1), false);
            };
            const std::string weight = packed(0), bias = packed(1);
            return fmt::format("detail::blocked_scale<{}, {}, {}>({}, {}, {}, {});\n", from, to, activation_of(step), x,
                               weight, bias, y);
        }
        case Operation::add:
            return fmt::format("detail::blocked_add<{}, {}, {}, {}>({}, {}, {});\n", from, value(step.read[1]).layout(),
                               to, activation_of(step), x, place(step.read[1]), y);
        case Operation::multiply:
            return fmt::format("detail::blocked_product<{}, {}, {}>({}, {}, {});\n", from, value(step.read[1]).layout(),
                               to, x, place(step.read[1]), y);
        case Operation::pointwise:
            return fmt::format("detail::blocked_pointwise<{}, {}, detail::function_{}<{}>>({}, {});\n", from, to,
                               functions_.number_of(node.operation.function), in.shape.width * 16, x, y);
        default: {
            std::string text = out.pad == Padding{} ? "" : fmt::format("detail::clear_border<{}>({});\n", to, y);
            int at = 0;
            for (const int read : step.read) {
                text += fmt::format("{}detail::blocked_copy<{}, {}, {}>({}, {});\n", text.empty() ? "" : "    ",
                                    value(read).layout(), to, at, place(read), y);
                at += value(read).shape.channels;
            }
            return text;
        }
    }
}

std::string HeaderCalls::on_planes(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    const GraphNode& node = graph_.nodes[step.node];
    const Shape in = value(step.read[0]).shape, out = value(step.written).shape;
    const Window& w = node.operation.window;
    const bool relu = step.activation == 1;
    const std::string x = place(step.read[0]), y = place(step.written);
    const auto weights = [&] {
        const std::string weight = plain_tensor(number, 0);
        return weight + ", " + plain_tensor(number, 1);
    };
    switch (node.operation.kind) {
        case Operation::convolution:
            return fmt::format("detail::convolution<{}, {}, {}, {}>({}, {}, {});\n", window_of(w, in, out),
                               node.operation.groups_of(in.channels), out.channels, relu, x, weights(), y);
        case Operation::transposed_convolution:
            return fmt::format("detail::transposed_convolution<{}, {}>({}, {}, {});\n", window_of(w, out, in),
                               in.channels, x, weights(), y);
        case Operation::upsample_nearest:
        case Operation::upsample_bilinear:
            return fmt::format(
                "detail::{}<{}, {}, {}, {}>({}, {});\n",
                node.operation.kind == Operation::upsample_nearest ? "upsample_nearest" : "upsample_bilinear",
                in.channels, in.height, in.width, w.stride_h, x, y);
        case Operation::scale:
            return fmt::format("detail::scale<{}, {}, {}>({}, {}, {});\n", in.channels, in.plane(), relu, x, weights(),
                               y);
        case Operation::pointwise:
            return fmt::format("detail::function_{}<{}>({}, {});\n", functions_.number_of(node.operation.function),
                               in.size(), x, y);
        case Operation::softmax:
            return fmt::format("detail::softmax<{}, {}>({}, {});\n", in.channels, in.plane(), x, y);
        case Operation::max_pool:
        case Operation::average_pool:
            return fmt::format("detail::{}<{}>({}, {});\n",
                               node.operation.kind == Operation::max_pool ? "max_pool" : "average_pool",
                               window_of(w, in, out), x, y);
        case Operation::global_average_pool:
            return fmt::format("detail::global_average_pool<{}, {}>({}, {});\n", in.channels, in.plane(), x, y);
        case Operation::multiply:
            return fmt::format("detail::product<{}, {}>({}, {}, {});\n", in.size(), out.size() / in.size(), x,
                               place(step.read[1]), y);
        case Operation::add:
            return fmt::format("detail::sum<{}, {}>({}, {}, {});\n", in.size(), relu, x, place(step.read[1]), y);
        case Operation::concat: {
            std::string text;
            std::size_t at = 0;
            for (const int read : step.read) {
                const std::size_t size = value(read).shape.size();
                text += fmt::format("{}detail::copy<{}>({}, {} + {});\n", text.empty() ? "" : "    ", size, place(read),
                                    y, at);
                at += size;
            }
            return text;
        }
        default: {
            std::vector<std::string> tensors;
            for (std::size_t i = 0; i < node.tensors.size(); ++i) tensors.push_back(plain_tensor(number, i));
            const std::string call = sequence_call(node, in, out, x, tensors, y, places_.scratch(number));
            if (call.empty()) throw no_form(node);
            return "detail::" + call;
        }
    }
}

}  // namespace tn
