#include "runtime/export/header_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "dsl/core/functions.hpp"
#include "dsl/core/index.hpp"
#include "runtime/export/int8_plan.hpp"

namespace tn {

namespace {

class Lowering {
public:
    explicit Lowering(const InferenceGraph& graph) : graph_(graph), taken_(graph.nodes.size()) {
        program_.values.push_back({.shape = graph.values[0]});
        native_[0] = 0;
    }

    HeaderProgram run() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            if (!taken_[i] && !is_view(graph_.nodes[i])) add_step(static_cast<int>(i));
        if (program_.steps.empty())
            throw Error("a network without a layer that computes its output cannot be written as a header");
        // Kernels on blocks write whole blocks: more than the network's outputs may be.
        program_.output = is_blocked(graph_.output) ? converted(graph_.output, false, {}) : plain(graph_.output);
        if (program_.values[program_.output].view_of == 0)
            throw Error("a network without a layer that computes its output cannot be written as a header");
        return std::move(program_);
    }

private:
    Shape shape(int value) const { return graph_.values[value]; }
    /// Where the layer that gives the value writes it; a view's is that of its origin as planes.
    int native(int value) {
        if (const auto known = native_.find(value); known != native_.end()) return known->second;
        const GraphNode& view = graph_.nodes[graph_.producer(value)];
        const int origin = plain(view.inputs[0]);
        return native_[value] = memory({.shape = shape(value), .view_of = origin});
    }
    bool is_blocked(int value) const {
        const auto known = native_.find(value);
        return known != native_.end() && program_.values[known->second].blocked;
    }

    bool is_depthwise(const GraphNode& node) const { return tn::is_depthwise(graph_, node); }
    bool is_convolution(const GraphNode& node) const {
        return node.operation.kind == Operation::dense ||
               (node.operation.kind == Operation::convolution &&
                node.operation.groups_of(shape(node.inputs[0]).channels) == 1);
    }
    bool suits_winograd(const GraphNode& node) const {
        const Window& w = node.operation.window;
        const Shape in = shape(node.inputs[0]), out = shape(node.output);
        return is_convolution(node) && node.operation.kind == Operation::convolution && w.is_square() &&
               w.kernel_h == 3 && w.stride_h == 1 && w.pad.top == 1 && in.channels >= 8 && out.channels >= 16 &&
               in.height >= 6 && in.width >= 6 && node.inputs[0] != 0;
    }
    /// The padding that a node wants around its input.
    Padding wanted(const GraphNode& node) const {
        if (node.operation.kind == Operation::dense || (!is_convolution(node) && !is_depthwise(node))) return {};
        const Shape in = shape(node.inputs[0]), out = shape(node.output);
        Padding pad = padding_needed(node.operation.window, in, out);
        if (suits_winograd(node))
            pad = larger(pad, {1, 1, (in.height + 3) / 4 * 4 + 1 - in.height, (in.width + 3) / 4 * 4 + 1 - in.width});
        return pad;
    }
    /// The padding that all who read the value want.
    Padding padding_of(int value) const {
        Padding pad;
        for (const GraphNode& node : graph_.nodes)
            if (node.inputs[0] == value) pad = larger(pad, wanted(node));
        return pad;
    }

    int memory(const HeaderValue& value) {
        program_.values.push_back(value);
        return static_cast<int>(program_.values.size()) - 1;
    }
    int converted(int value, bool blocked, const Padding& pad) {
        const int from = native(value);
        const HeaderValue form{.blocked = blocked, .pad = pad, .shape = shape(value)};
        const auto key = std::make_pair(value, form.layout());
        if (const auto known = converted_.find(key); known != converted_.end()) return known->second;
        const int to = memory(form);
        program_.steps.push_back({.method = HeaderStep::convert, .node = -1, .read = {from}, .written = to});
        return converted_[key] = to;
    }
    /// The value as planes without padding.
    int plain(int value) {
        const int own = native(value);
        return program_.values[own].is_plain() ? own : converted(value, false, {});
    }
    /// The value in blocks, with the padding that its readers want.
    int blocks(int value) {
        const int own = native(value);
        return program_.values[own].blocked ? own : converted(value, true, padding_of(value));
    }
    /// For a convolution: as it lies, with zeros around it.
    int padded(int value, const Padding& pad) {
        const int own = native(value);
        return program_.values[own].blocked || pad == Padding{} ? own : converted(value, false, padding_of(value));
    }

    /// The only reader of the value, a node after `node`, or null.
    const GraphNode* next(int value, std::size_t& number) const {
        if (graph_.readers(value) != 1 || graph_.output == value) return nullptr;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            if (std::count(graph_.nodes[i].inputs.begin(), graph_.nodes[i].inputs.end(), value)) {
                number = i;
                return &graph_.nodes[i];
            }
        return nullptr;
    }

    /// What follows and becomes part of the step: an addition, ReLU or ReLU6, a pool. Returns the value that it gives.
    int fuse(HeaderStep& step, int output) {
        std::size_t i = 0;
        const bool adds = step.method == HeaderStep::convolution || step.method == HeaderStep::winograd;
        const GraphNode* follower = next(output, i);
        if (follower && adds && step.activation == 0 && follower->operation.kind == Operation::add &&
            follower->inputs.size() == 2) {
            const int other = follower->inputs[follower->inputs[0] == output];
            // It must be there already, and in blocks; else the addition is a step of its own.
            if (is_blocked(other)) {
                step.read.push_back(native_[other]);
                step.activation = follower->relu;
                output = take(i);
                follower = next(output, i);
            }
        }
        if (follower && step.activation == 0 && activation_of(*follower)) {
            step.activation = activation_of(*follower);
            output = take(i);
            follower = next(output, i);
        }
        const Window pool{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
        if (follower && adds && step.read.size() == 1 && follower->operation.kind == Operation::max_pool &&
            follower->operation.window == pool) {
            step.pools = true;
            output = take(i);
        }
        return output;
    }
    int take(std::size_t node) {
        taken_[node] = true;
        return graph_.nodes[node].output;
    }

    void finish(HeaderStep step, int output, bool blocked) {
        const Padding pad = blocked ? padding_of(output) : Padding{};
        step.written = memory({.blocked = blocked, .pad = pad, .shape = shape(output)});
        native_[output] = step.written;
        program_.steps.push_back(std::move(step));
    }

    void add_step(int number) {
        const GraphNode& node = graph_.nodes[number];
        HeaderStep step{.node = number, .read = {}, .activation = node.relu};
        int output = node.output;
        if (is_convolution(node) || is_depthwise(node)) {
            const bool dense = node.operation.kind == Operation::dense;
            // A dense layer that reads an image has a tap for every pixel, wherever these lie.
            const int input = dense ? image_behind(graph_, node.inputs[0]) : node.inputs[0];
            if (is_depthwise(node)) {
                step.method = HeaderStep::depthwise;
                step.read = {blocks(input)};
            } else {
                step.method =
                    suits_winograd(node) && is_blocked(input) ? HeaderStep::winograd : HeaderStep::convolution;
                step.read = {padded(input, wanted(node))};
            }
            output = fuse(step, output);
            finish(step, output, true);
            return;
        }
        if (runs_on_blocks(node)) {
            step.method = HeaderStep::blocked;
            for (const int input : node.inputs) step.read.push_back(blocks(input));
            if (step.activation == 0 &&
                (node.operation.kind == Operation::scale || node.operation.kind == Operation::add))
                output = fuse(step, output);
        } else {
            for (const int input : node.inputs) step.read.push_back(plain(input));
        }
        finish(step, output, step.method == HeaderStep::blocked);
    }
    bool runs_on_blocks(const GraphNode& node) const {
        switch (node.operation.kind) {
            case Operation::max_pool:
            case Operation::average_pool:
            case Operation::global_average_pool:
            case Operation::scale:
            case Operation::add:
            case Operation::multiply:
            case Operation::pointwise:
            case Operation::concat: break;
            default: return false;
        }
        return std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) { return is_blocked(input); });
    }

    const InferenceGraph& graph_;
    std::vector<bool> taken_;
    HeaderProgram program_;
    std::map<int, int> native_;  // by origin: where its layer writes it
    std::map<std::pair<int, std::string>, int> converted_;
};

}  // namespace

std::size_t HeaderValue::size() const {
    const Index plane = Index{shape.height + pad.top + pad.bottom} * (shape.width + pad.left + pad.right);
    // Four bytes are read at a time, at the end of the last row, too.
    if (pixel > 0) return static_cast<std::size_t>(plane * ((shape.channels + pixel - 1) / pixel * pixel)) / 4 + 4;
    return static_cast<std::size_t>(plane * (blocked ? (shape.channels + 15) / 16 * 16 : shape.channels));
}

std::string HeaderValue::layout() const {
    const std::string border =
        pad == Padding{} ? "" : fmt::format(", {}, {}, {}, {}", pad.top, pad.left, pad.bottom, pad.right);
    if (pixel > 0)
        return fmt::format("detail::Bytes<{}, {}, {}, {}{}>", shape.channels, shape.height, shape.width, pixel, border);
    return fmt::format("detail::{}<{}, {}, {}{}>", blocked ? "Blocked" : "Planes", shape.channels, shape.height,
                       shape.width, border);
}

bool HeaderValue::is_plain() const { return pixel == 0 && pad == Padding{} && (!blocked || shape.plane() == 1); }

Padding larger(const Padding& a, const Padding& b) {
    return {std::max(a.top, b.top), std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::max(a.right, b.right)};
}

Padding padding_needed(const Window& w, Shape in, Shape out) {
    const int below = (out.height - 1) * w.stride_h + w.reach_h() - w.pad.top - in.height;
    const int behind = (out.width - 1) * w.stride_w + w.reach_w() - w.pad.left - in.width;
    return {w.pad.top, w.pad.left, std::max(below, 0), std::max(behind, 0)};
}

int activation_of(const GraphNode& node) {
    if (node.operation == pointwise(functions::relu)) return 1;
    return node.operation == pointwise(functions::relu6) ? 2 : 0;
}

HeaderProgram header_program(const InferenceGraph& graph) { return Lowering(graph).run(); }

}  // namespace tn
