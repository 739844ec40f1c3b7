#include "runtime/export/int8_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/export/graph_values.hpp"

namespace tn {

namespace {

/// Values whose bytes mean the same: what one has in its range, all have.
class SharedRanges {
public:
    explicit SharedRanges(std::vector<ValueRange> ranges) : ranges_(std::move(ranges)), first_(ranges_.size()) {
        std::iota(first_.begin(), first_.end(), 0);
    }
    int first(int value) const {
        while (first_[value] != value) value = first_[value];
        return value;
    }
    void join(int a, int b) {
        a = first(a), b = first(b);
        first_[b] = a;
        ranges_[a] = {std::min(ranges_[a].low, ranges_[b].low), std::max(ranges_[a].high, ranges_[b].high)};
    }
    ValueRange of(int value) const { return ranges_[first(value)]; }

private:
    std::vector<ValueRange> ranges_;
    std::vector<int> first_;
};

}  // namespace

bool is_view(const GraphNode& node) {
    return node.operation.kind == Operation::flatten || node.operation.kind == Operation::reshape;
}

int image_behind(const InferenceGraph& graph, int value) {
    for (int node = graph.producer(value); node >= 0 && graph.nodes[node].operation.kind == Operation::flatten;
         node = graph.producer(value))
        value = graph.nodes[node].inputs[0];
    return value;
}

bool is_depthwise(const InferenceGraph& graph, const GraphNode& node) {
    const Shape in = graph.values[node.inputs[0]];
    return node.operation.kind == Operation::convolution && in.channels > 1 &&
           node.operation.groups_of(in.channels) == in.channels && graph.values[node.output].channels == in.channels;
}

Window window_of_weights(const GraphNode& node, Shape in) {
    if (node.operation.kind == Operation::dense) return {.kernel_h = in.height, .kernel_w = in.width};
    return node.operation.kind == Operation::scale ? Window{.kernel_h = 1, .kernel_w = 1} : node.operation.window;
}

std::vector<float> table_of(const GraphNode& node, Quantisation in, Quantisation out) {
    std::vector<float> table;
    for (int q = 0; q < 256; ++q) {
        const float y = evaluate(node.operation.function, in.scale * static_cast<float>(q - in.zero));
        table.push_back(std::clamp(std::nearbyint(y / out.scale) + static_cast<float>(out.zero), 0.0f, 255.0f));
    }
    return table;
}

Int8Plan int8_plan(const InferenceGraph& graph, const std::vector<ValueRange>& ranges) {
    Int8Plan plan;
    std::vector<bool> bytes(graph.values.size());
    SharedRanges shared(ranges);
    for (const GraphNode& node : graph.nodes) {
        bool runs = false;
        switch (node.operation.kind) {
            case Operation::dense: runs = true; break;
            case Operation::convolution:
                runs =
                    node.operation.groups_of(graph.values[node.inputs[0]].channels) == 1 || is_depthwise(graph, node);
                break;
            case Operation::max_pool:
            case Operation::average_pool:
            case Operation::global_average_pool:
            case Operation::scale:
            case Operation::add:
            case Operation::concat:
            case Operation::pointwise:
                runs = std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) { return bytes[input]; });
                break;
            default: break;
        }
        bytes[node.output] = runs;
        plan.runs.push_back(runs);
        if (runs && (node.operation.kind == Operation::max_pool || node.operation.kind == Operation::concat))
            for (const int input : node.inputs) shared.join(node.output, input);
        if (node.operation.kind == Operation::flatten) shared.join(node.output, node.inputs[0]);
    }
    for (int value = 0; value < std::ssize(graph.values); ++value)
        plan.quantisation.push_back(quantisation_of(shared.of(value)));
    return plan;
}

}  // namespace tn
