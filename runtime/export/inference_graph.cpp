#include "runtime/export/inference_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "dsl/core/functions.hpp"

namespace tn {

namespace {

bool weighs(const GraphNode& node) {
    return node.operation.kind == Operation::convolution || node.operation.kind == Operation::dense ||
           node.operation.kind == Operation::scale;
}

int features(const InferenceGraph& graph, const GraphNode& node) { return graph.values[node.output].channels; }

void expect_tensors(const GraphNode& node, std::size_t least, std::size_t most) {
    if (node.tensors.size() < least || node.tensors.size() > most)
        throw Error("layer " + node.layer + ": has " + std::to_string(node.tensors.size()) +
                    " tensors, which are not those of its operation");
}

/// Every reader of a value reads another one instead.
void replace(InferenceGraph& graph, int value, int by) {
    for (GraphNode& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), value, by);
    if (graph.output == value) graph.output = by;
}

void remove(InferenceGraph& graph, std::size_t node) { graph.nodes.erase(graph.nodes.begin() + node); }

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias as y = scale x + offset.
void to_scale(GraphNode& node) {
    expect_tensors(node, 4, 4);
    std::vector<float>&weight = node.tensors[0], &bias = node.tensors[1];
    const std::vector<float>&mean = node.tensors[2], &variance = node.tensors[3];
    for (std::size_t c = 0; c < weight.size(); ++c) {
        const double scale = weight[c] / std::sqrt(static_cast<double>(variance[c]) + node.operation.epsilon);
        bias[c] = static_cast<float>(bias[c] - mean[c] * scale);
        weight[c] = static_cast<float>(scale);
    }
    node.tensors.resize(2);
    node.operation = {.kind = Operation::scale};
}

void multiply(GraphNode& before, const GraphNode& scale) {
    auto& weight = before.tensors[0];
    auto& bias = before.tensors[1];
    const std::size_t each = weight.size() / bias.size();
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= scale.tensors[0][i / each];
    for (std::size_t c = 0; c < bias.size(); ++c) bias[c] = bias[c] * scale.tensors[0][c] + scale.tensors[1][c];
}

void cut_outputs(InferenceGraph& graph, int outputs) {
    Shape& shape = graph.values[graph.output];
    if (outputs >= shape.channels) return;
    const int at = graph.producer(graph.output);
    if (at < 0 || graph.nodes[at].operation.kind != Operation::dense || graph.readers(graph.output) != 1)
        throw Error("a network of which " + std::to_string(outputs) + " of " + std::to_string(shape.channels) +
                    " outputs count must end in a Dense layer to be exported");
    GraphNode& node = graph.nodes[at];
    for (auto& tensor : node.tensors) tensor.resize(tensor.size() / shape.channels * outputs);
    shape.channels = outputs;
}

}  // namespace

int InferenceGraph::producer(int value) const {
    for (int i = 0; i < std::ssize(nodes); ++i)
        if (nodes[i].output == value) return i;
    return -1;
}

int InferenceGraph::readers(int value) const {
    std::ptrdiff_t count = output == value;
    for (const GraphNode& node : nodes) count += std::count(node.inputs.begin(), node.inputs.end(), value);
    return static_cast<int>(count);
}

void detail::cannot_export(const std::string& what) {
    throw Error(what +
                ": cannot be exported: it must name what it computes, as in `static constexpr tn::Operation "
                "operation{tn::Operation::relu};`");
}

void simplify(InferenceGraph& graph, int outputs) {
    for (std::size_t i = 0; i < graph.nodes.size();) {
        GraphNode& node = graph.nodes[i];
        const int input = node.inputs[0], before = graph.producer(input);
        const bool alone = before >= 0 && graph.readers(input) == 1;
        if (node.operation.at_inference() == Operation::identity) {
            const int output = node.output;
            remove(graph, i);
            replace(graph, output, input);
            continue;
        }
        if (node.operation.kind == Operation::batch_norm) to_scale(node);
        if (weighs(node) || node.operation.kind == Operation::transposed_convolution) {
            expect_tensors(node, 1, 2);
            node.tensors.resize(2);
            node.tensors[1].resize(features(graph, node));
        }
        if (alone && (node.operation.kind == Operation::scale || node.operation == pointwise(functions::relu))) {
            GraphNode& earlier = graph.nodes[before];
            const bool scales = node.operation.kind == Operation::scale;
            if (!earlier.relu && (weighs(earlier) || (!scales && earlier.operation.kind == Operation::add))) {
                if (scales)
                    multiply(earlier, node);
                else
                    earlier.relu = true;
                earlier.output = node.output;
                remove(graph, i);
                continue;
            }
        }
        ++i;
    }
    cut_outputs(graph, outputs);
    for (const GraphNode& node : graph.nodes)
        for (const auto& tensor : node.tensors)
            if (!std::all_of(tensor.begin(), tensor.end(), [](float v) { return std::isfinite(v); }))
                throw Error("layer " + node.layer + ": cannot be exported: a weight is not finite");
}

}  // namespace tn
