#include "runtime/export/header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "dsl/net/plan.hpp"
#include "runtime/export/cpp_formula.hpp"
#include "runtime/export/header_kernels.hpp"
#include "runtime/export/header_sequences.hpp"

namespace tn {

namespace {

bool is_identifier(const std::string& name) {
    const auto letter = [](unsigned char c) { return std::isalpha(c) || c == '_'; };
    return !name.empty() && letter(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(),
                       [&](unsigned char c) { return c < 128 && (letter(c) || std::isdigit(c)); });
}

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

template <class Values> std::string numbers(const Values& values) {
    std::string text;
    std::size_t line = 0;
    for (const float v : values) {
        text += float_literal(v);
        text += text.size() - line > 110 ? ",\n" : ", ";
        if (text.back() == '\n') line = text.size();
    }
    return text;
}

/// Where each value lies in `work`.
class Places {
public:
    static constexpr int most = 1024;

    explicit Places(const InferenceGraph& graph) : graph_(graph), index_(graph.values.size(), -1) {
        int last_node = static_cast<int>(graph.nodes.size());
        for (int at = 0; at < last_node; ++at) {
            const GraphNode& node = graph.nodes[at];
            for (const int input : node.inputs) use(root(input), at);
            if (reads_as_it_lies(node)) continue;
            const Shape in = graph.values[node.inputs[0]];
            const Shape out = graph.values[node.output];
            if (const std::size_t values = sequence_scratch(node, in)) {
                scratch_.resize(graph.nodes.size(), -1);
                scratch_[at] = add(values, at);
            }
            if (!is_output(node.output)) index_[node.output] = add(out.size(), at);
        }
        use(root(graph.output), last_node);
        total_ = place(buffers_, count_);
    }

    std::size_t total() const { return total_; }

    /// The expression for a value: the argument x, the argument y, or a place in work.
    std::string expression(int value) const {
        if (is_output(value)) return "y";
        const int at = root(value);
        if (at == 0) return "x";
        return in_work(index_[at]);
    }
    /// The expression for the scratch of a node, if it has any.
    std::string scratch(std::size_t node) const {
        return node < scratch_.size() && scratch_[node] >= 0 ? in_work(scratch_[node]) : "";
    }
    /// Whether the value lies where the network's output does.
    bool is_output(int value) const { return root(value) == root(graph_.output); }
    /// Whether the node moves nothing: its output is its input.
    static bool reads_as_it_lies(const GraphNode& node) {
        return node.operation.kind == Operation::flatten || node.operation.kind == Operation::reshape;
    }

private:
    int root(int value) const {
        for (int node = graph_.producer(value); node >= 0 && reads_as_it_lies(graph_.nodes[node]);
             node = graph_.producer(value))
            value = graph_.nodes[node].inputs[0];
        return value;
    }
    int add(std::size_t values, int at) {
        if (count_ == most) throw Error("a network of more than 1024 layers cannot be written as a header");
        buffers_[count_] = {aligned(values), 0, at, at};
        return count_++;
    }
    std::string in_work(int buffer) const { return fmt::format("work + {}", buffers_[buffer].offset); }
    void use(int value, int at) {
        if (const int i = index_[value]; i >= 0) buffers_[i].last = at;
    }

    const InferenceGraph& graph_;
    std::vector<int> index_, scratch_;
    Buffer buffers_[most]{};
    int count_ = 0;
    std::size_t total_ = 0;
};

Error no_form(const GraphNode& node) { return Error("layer " + node.layer + ": has no form in a header"); }

/// The pointwise functions of the network, each once: function_0, function_1, ...
class Functions {
public:
    std::size_t number_of(const Expression& e) {
        const auto known = std::find(all_.begin(), all_.end(), e);
        if (known != all_.end()) return known - all_.begin();
        all_.push_back(e);
        return all_.size() - 1;
    }
    std::string source() const {
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

private:
    std::vector<Expression> all_;
};

/// Tensors that are written once: what several layers share, and others with the same values.
class Tensors {
public:
    /// The name of the first tensor with these values, which must stay; this one, where there is none.
    std::string first_name(const std::vector<float>& values, const std::string& name) {
        const std::size_t digest = std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
        for (auto [it, end] = known_.equal_range(digest); it != end; ++it)
            if (*it->second.first == values) return it->second.second;
        known_.insert({digest, {&values, name}});
        return name;
    }

private:
    std::unordered_multimap<std::size_t, std::pair<const std::vector<float>*, std::string>> known_;
};

/// The window of a convolution or a pool as a type of the header.
std::string window_of(const Window& w, Shape in, Shape out) {
    return fmt::format("detail::Window<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}>", in.channels, in.height,
                       in.width, out.height, out.width, w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.pad.top,
                       w.pad.left, w.dilation_h, w.dilation_w);
}

/// weight_3, bias_3; what else node 3 has is tensor_3_2, tensor_3_3, ...
std::string tensor_name(std::size_t tensor, std::size_t node) {
    return tensor > 1 ? fmt::format("tensor_{}_{}", node, tensor)
                      : fmt::format("{}_{}", tensor == 0 ? "weight" : "bias", node);
}

/// The calls of one node's kernel.
std::string calls(const InferenceGraph& graph, const GraphNode& node, std::size_t number, const Places& places,
                  Functions& functions) {
    const auto shape = [&](int value) { return graph.values[value]; };
    const Shape in = shape(node.inputs[0]), out = shape(node.output);
    const Window& w = node.operation.window;
    const std::string x = places.expression(node.inputs[0]), y = places.expression(node.output);
    const std::string weights = fmt::format("detail::weight_{0}, detail::bias_{0}", number);
    switch (node.operation.kind) {
        case Operation::convolution:
            return fmt::format("convolution<{}, {}, {}, {}>({}, {}, {});\n", window_of(w, in, out),
                               node.operation.groups_of(in.channels), out.channels, node.relu, x, weights, y);
        case Operation::transposed_convolution:
            return fmt::format("transposed_convolution<{}, {}>({}, {}, {});\n", window_of(w, out, in), in.channels, x,
                               weights, y);
        case Operation::upsample_nearest:
        case Operation::upsample_bilinear:
            return fmt::format(
                "{}<{}, {}, {}, {}>({}, {});\n",
                node.operation.kind == Operation::upsample_nearest ? "upsample_nearest" : "upsample_bilinear",
                in.channels, in.height, in.width, w.stride_h, x, y);
        case Operation::dense:
            return fmt::format("dense<{}, {}, {}>({}, {}, {});\n", in.size(), out.channels, node.relu, x, weights, y);
        case Operation::scale:
            return fmt::format("scale<{}, {}, {}>({}, {}, {});\n", in.channels, in.plane(), node.relu, x, weights, y);
        case Operation::pointwise:
            return fmt::format("function_{}<{}>({}, {});\n", functions.number_of(node.operation.function), in.size(), x,
                               y);
        case Operation::softmax: return fmt::format("softmax<{}, {}>({}, {});\n", in.channels, in.plane(), x, y);
        case Operation::max_pool:
        case Operation::average_pool:
            return fmt::format("{}<{}>({}, {});\n",
                               node.operation.kind == Operation::max_pool ? "max_pool" : "average_pool",
                               window_of(w, in, out), x, y);
        case Operation::global_average_pool:
            return fmt::format("global_average_pool<{}, {}>({}, {});\n", in.channels, in.plane(), x, y);
        case Operation::multiply:
            return fmt::format("product<{}, {}>({}, {}, {});\n", in.size(), out.size() / in.size(), x,
                               places.expression(node.inputs[1]), y);
        case Operation::add:
            return fmt::format("sum<{}, {}>({}, {}, {});\n", in.size(), node.relu, x, places.expression(node.inputs[1]),
                               y);
        case Operation::concat: {
            std::string text;
            std::size_t at = 0;
            for (const int input : node.inputs) {
                text +=
                    fmt::format("{}copy<{}>({}, {} + {});\n", text.empty() ? "" : "    detail::", shape(input).size(),
                                places.expression(input), y, at);
                at += shape(input).size();
            }
            return text;
        }
        default: {
            std::vector<std::string> tensors;
            for (std::size_t i = 0; i < node.tensors.size(); ++i)
                tensors.push_back("detail::" + tensor_name(i, number));
            const std::string call = sequence_call(node, in, out, x, tensors, y, places.scratch(number));
            if (call.empty()) throw no_form(node);
            return call;
        }
    }
}

std::string constants(const InferenceGraph& graph, const HeaderInfo& info, const Places& places) {
    const Shape in = graph.values[0], out = graph.values[graph.output];
    const auto channels = std::clamp<std::ptrdiff_t>(in.channels, 1, 3);
    std::string text = fmt::format(
        "/// One sample: x is [channels][height][width]. `workspace` values are needed besides.\n"
        "inline constexpr int channels = {}, height = {}, width = {};\n"
        "inline constexpr std::size_t inputs = {}, outputs = {}, workspace = {};\n\n",
        in.channels, in.height, in.width, in.size(), out.size(), std::max<std::size_t>(places.total(), 1));
    if (!in.is_vector && in.channels <= 3)
        text += fmt::format(
            "/// What the network was trained on, by channel: (byte / 255 - mean) / deviation.\n"
            "inline constexpr float mean[] = {{{}}};\ninline constexpr float deviation[] = {{{}}};\n\n",
            numbers(std::vector<float>(info.normalise.mean.begin(), info.normalise.mean.begin() + channels)),
            numbers(std::vector<float>(info.normalise.deviation.begin(), info.normalise.deviation.begin() + channels)));
    if (!info.classes.empty()) {
        text += "/// What the outputs stand for.\ninline constexpr const char* classes[] = {";
        for (const std::string& name : info.classes) text += literal(name) + ", ";
        text += "};\n\n";
    }
    return text;
}

}  // namespace

std::string to_header(const InferenceGraph& graph, const HeaderInfo& info) {
    if (!is_identifier(info.name))
        throw Error("the name of a header's namespace must be letters, digits and _, not '" + info.name + "'");
    const Places places(graph);
    std::string weights, body;
    Functions functions;
    Tensors tensors;
    const auto used = [&](Operation::Kind wanted) {
        return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                           [&](const GraphNode& n) { return n.operation.kind == wanted; });
    };
    bool ends_in_y = false;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        if (Places::reads_as_it_lies(node)) continue;
        for (std::size_t k = 0; k < node.tensors.size(); ++k) {
            if (k == 0) weights += fmt::format("\n// {}\n", node.layer);
            const std::string name = tensor_name(k, i), first = tensors.first_name(node.tensors[k], name);
            weights += first == name
                           ? fmt::format("inline constexpr float {}[] = {{\n{}}};\n", name, numbers(node.tensors[k]))
                           : fmt::format("inline constexpr const float (&{})[{}] = {};\n", name, node.tensors[k].size(),
                                         first);
        }
        body += "    detail::" + calls(graph, node, i, places, functions);
        ends_in_y = ends_in_y || places.is_output(node.output);
    }
    if (!ends_in_y) throw Error("a network without a layer that computes its output cannot be written as a header");
    std::string text = fmt::format(
        "// A trained network, written by typenet: inference for one sample in C++17, without heap or libraries.\n"
        "// {}\n#pragma once\n\n#include <cmath>\n#include <cstddef>\n\nnamespace {} {{\n\n{}namespace detail {{\n",
        graph.description, info.name, constants(graph, info, places));
    if (std::any_of(graph.nodes.begin(), graph.nodes.end(),
                    [](const GraphNode& node) { return node.operation.window.kernel_h > 0; }))
        text += header_window;
    for (const HeaderKernel& kernel : header_kernels)
        if (used(kernel.operation)) text += kernel.source;
    for (const HeaderKernel& kernel : sequence_kernels)
        if (used(kernel.operation)) text += kernel.source;
    text += functions.source();
    text += fmt::format(
        "{}\n}}  // namespace detail\n\n"
        "/// From one sample to its outputs. Nothing is kept between calls; each thread needs a `work` of its own.\n"
        "inline void infer(const float (&x)[inputs], float (&y)[outputs], float (&work)[workspace]) {{\n"
        "    static_cast<void>(work);\n{}}}\n\n}}  // namespace {}\n",
        weights, body, info.name);
    return text;
}

}  // namespace tn
