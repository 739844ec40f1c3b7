#include "runtime/export/onnx_import.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

bool is_view(const GraphNode& node) { return node.operation.kind == Operation::flatten; }

/// A graph without flattening, which moves no value, and without a softmax at its end.
class Plain {
public:
    explicit Plain(const InferenceGraph& graph) : graph_(graph) {
        for (int i = 0; i < std::ssize(graph.nodes); ++i) {
            const GraphNode& node = graph.nodes[i];
            const bool ends = node.output == graph.output && node.operation.kind == Operation::softmax;
            if (!is_view(node) && !ends) nodes_.push_back(i);
        }
    }
    const std::vector<int>& nodes() const { return nodes_; }
    const GraphNode& node(int number) const { return graph_.nodes[number]; }
    Shape output(int number) const { return graph_.values[node(number).output]; }
    int channels(int number) const { return graph_.values[node(number).inputs[0]].channels; }
    std::vector<int> inputs(int number) const {
        std::vector<int> inputs = node(number).inputs;
        for (int& value : inputs)
            for (int from = graph_.producer(value); from >= 0 && is_view(graph_.nodes[from]);
                 from = graph_.producer(value))
                value = graph_.nodes[from].inputs[0];
        return inputs;
    }

private:
    const InferenceGraph& graph_;
    std::vector<int> nodes_;
};

bool same_layer(const Plain& own, int a, const Plain& theirs, int b) {
    const Operation &x = own.node(a).operation, &y = theirs.node(b).operation;
    const Shape out = own.output(a), other = theirs.output(b);
    const auto &weights = own.node(a).tensors, &others = theirs.node(b).tensors;
    const bool same_weights =
        weights.empty() ? others.empty() : !others.empty() && weights[0].size() == others[0].size();
    const bool same_out = out.channels == other.channels && out.height == other.height && out.width == other.width;
    return x.kind == y.kind && same_out && same_weights && own.node(a).relu == theirs.node(b).relu &&
           x.window == y.window && x.function == y.function &&
           x.groups_of(own.channels(a)) == y.groups_of(theirs.channels(b));
}

/// By node of `own`: the number of the one of `theirs`.
std::vector<int> matched(const Plain& own, const Plain& theirs, std::size_t nodes) {
    std::vector<int> found(nodes, -1), value_of_theirs(1, 0);
    std::vector<int> unused = theirs.nodes();
    const auto known = [&](int value) { return value < std::ssize(value_of_theirs) ? value_of_theirs[value] : -1; };
    for (const int a : own.nodes()) {
        std::vector<int> wanted = own.inputs(a);
        for (int& value : wanted) value = known(value);
        const bool any_order = own.node(a).operation.kind == Operation::add;
        if (any_order) std::sort(wanted.begin(), wanted.end());
        const auto fits = std::find_if(unused.begin(), unused.end(), [&](int b) {
            std::vector<int> inputs = theirs.inputs(b);
            if (any_order) std::sort(inputs.begin(), inputs.end());
            return inputs == wanted && same_layer(own, a, theirs, b);
        });
        if (fits == unused.end())
            throw Error(unused.empty()
                            ? "the model ends before the network's layer " + own.node(a).layer
                            : theirs.node(unused[0]).layer + ": does not fit the network's layer " + own.node(a).layer);
        found[a] = *fits;
        const int output = own.node(a).output;
        value_of_theirs.resize(std::max<std::size_t>(value_of_theirs.size(), output + 1), -1);
        value_of_theirs[output] = theirs.node(*fits).output;
        unused.erase(fits);
    }
    if (!unused.empty()) throw Error(theirs.node(unused[0]).layer + ": the network has no layer for it");
    return found;
}

using Tensors = std::span<const Tensor<float>>;

/// What of a model's tensors belongs to one node of its graph; null where there is none.
struct Parts {
    const Tensor<float>*weight = nullptr, *bias = nullptr;
    const Tensor<float>*norm_weight = nullptr, *norm_bias = nullptr, *mean = nullptr, *variance = nullptr;
};

std::string path_of(const GraphNode& node) { return node.layer.substr(0, node.layer.find(' ')) + "."; }

/// From the tensor "4.weight" on, and of the normalisation that is folded into that layer: one that is no node of its
/// own.
Parts parts_of(Tensors tensors, const InferenceGraph& graph, const GraphNode& node) {
    const std::string path = path_of(node);
    const auto is_node = [&](const std::string& layer) {
        return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                           [&](const GraphNode& other) { return path_of(other) == layer; });
    };
    const auto begin = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const auto& t) { return t.name.compare(0, path.size(), path) == 0; });
    const auto layer_of = [](const std::string& name) { return name.substr(0, name.rfind('.') + 1); };
    const auto normalises = [&](const std::string& layer) {
        return std::any_of(tensors.begin(), tensors.end(),
                           [&](const auto& t) { return t.name == layer + "running_mean"; });
    };
    Parts parts;
    for (auto t = begin; t != tensors.end(); ++t) {
        const std::string layer = layer_of(t->name), name = t->name.substr(layer.size());
        const bool norm = normalises(layer);
        if (layer != path && (!norm || is_node(layer))) break;
        if (name == "weight") (norm ? parts.norm_weight : parts.weight) = &*t;
        if (name == "bias") (norm ? parts.norm_bias : parts.bias) = &*t;
        if (name == "running_mean") parts.mean = &*t;
        if (name == "running_var") parts.variance = &*t;
    }
    return parts;
}

double size_of(const std::vector<float>& values) {
    double sum = 0;
    for (const float v : values) sum += std::abs(v);
    return sum;
}

/// The last layer may have more outputs than are active: the others become 0.
void assign(const Tensor<float>& to, const std::vector<float>& values) {
    std::copy(values.begin(), values.end(), to.values.begin());
    std::fill(to.values.begin() + values.size(), to.values.end(), 0.0f);
}
/// Throws where the model has no tensors for the weights.
void check_places(const InferenceGraph& graph, const GraphNode& node, const GraphNode& from, Tensors tensors) {
    if (node.tensors.empty()) return;
    const Parts parts = parts_of(tensors, graph, node);
    const Tensor<float>* weight = parts.weight ? parts.weight : parts.norm_weight;
    const Tensor<float>* bias = parts.norm_bias ? parts.norm_bias : parts.bias;
    if (!weight || weight->values.size() < from.tensors[0].size() ||
        (bias ? bias->values.size() < from.tensors[1].size() : size_of(from.tensors[1]) > 0))
        throw Error(from.layer + ": the network's layer " + node.layer + " has no place for its weights");
}
void fill(const Tensor<float>& to, float value) { std::fill(to.values.begin(), to.values.end(), value); }

}  // namespace

void import_weights(const InferenceGraph& theirs, const std::function<InferenceGraph()>& own, Tensors tensors) {
    const InferenceGraph before = own();
    const Plain ours(before), others(theirs);
    const std::vector<int> found = matched(ours, others, before.nodes.size());
    for (const int i : ours.nodes()) check_places(before, before.nodes[i], theirs.nodes[found[i]], tensors);
    for (const int i : ours.nodes()) {
        const GraphNode &node = before.nodes[i], &from = theirs.nodes[found[i]];
        if (node.tensors.empty()) continue;
        const Parts parts = parts_of(tensors, before, node);
        if (parts.norm_weight) {
            fill(*parts.norm_weight, 1);
            fill(*parts.mean, 0);
            fill(*parts.variance, 1);
            if (parts.bias) fill(*parts.bias, 0);
        }
        assign(parts.weight ? *parts.weight : *parts.norm_weight, from.tensors[0]);
        if (const auto* bias = parts.norm_bias ? parts.norm_bias : parts.bias) assign(*bias, from.tensors[1]);
    }
    // A normalisation by a variance of 1 still divides by sqrt(1 + epsilon): what it does to all weights is taken back.
    const InferenceGraph after = own();
    for (const int i : ours.nodes()) {
        const GraphNode& node = after.nodes[i];
        if (node.tensors.empty()) continue;
        const Parts parts = parts_of(tensors, after, node);
        const double wanted = size_of(theirs.nodes[found[i]].tensors[0]), is = size_of(node.tensors[0]);
        if (parts.norm_weight && is > 0)
            for (float& v : parts.norm_weight->values) v = static_cast<float>(v * wanted / is);
    }
}

}  // namespace tn
