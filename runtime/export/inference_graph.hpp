// A trained network as a list of operations with their weights: what the exporters write down.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dsl/core/operation.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/model.hpp"

namespace tn {

/// Values are numbered; value 0 is the input.
struct GraphNode {
    Operation operation;
    std::string layer;  ///< "4 Conv<32, 3>"
    std::vector<int> inputs;
    int output = 0;
    std::vector<std::vector<float>> tensors{};  ///< parameters, then states, in the layer's order
    bool relu = false;                          ///< the largest of the result and 0 follows
};

struct InferenceGraph {
    std::vector<GraphNode> nodes;  ///< in an order in which they can run
    std::vector<Shape> values;
    int output = 0;
    std::string description;

    int producer(int value) const;  ///< the node that gives it, -1 for the input
    int readers(int value) const;   ///< how many nodes read it; the end counts as one
};

/// Leaves out what does nothing, makes normalise part of the convolution or dense layer before it where that feeds
/// nothing else (and a scale of its own otherwise), and marks relu in the node before it. The result is the same
/// function. Afterwards convolution, dense and scale have exactly the tensors weight and bias.
/// With `outputs` less than the network has, its last layer is cut to so many; throws Error where that layer is not
/// dense.
void simplify(InferenceGraph& graph, int outputs);

namespace detail {

/// Throws Error "layer 3 Swish: ...".
[[noreturn]] void cannot_export(const std::string& what);

/// The predictions of several heads, each of its part of the output, put together again.
template <class Loss> void add_heads(InferenceGraph& graph) {
    const auto add = [&graph](const Operation& operation, const std::string& name, std::vector<int> inputs, Shape out) {
        graph.values.push_back(out);
        graph.nodes.push_back({operation, name, std::move(inputs), static_cast<int>(graph.values.size()) - 1});
        return graph.nodes.back().output;
    };
    std::vector<int> heads;
    Loss::each([&]<class H>(H*, std::size_t place) {
        const Operation last = Traits<typename H::loss>::operation;
        const std::string name = "head " + std::to_string(place) + " " + H::name().string();
        if (last.kind == Operation::none) cannot_export(name);
        const Shape shape{H::outputs, 1, 1, true};
        const Operation part{.kind = Operation::slice, .first = Loss::first(place)};
        const int own = add(part, name + " (part)", {graph.output}, shape);
        heads.push_back(last.kind == Operation::identity ? own : add(last, name, {own}, shape));
    });
    graph.output = add({.kind = Operation::concat}, Loss::name().string(), heads, graph.values[graph.output]);
}

}  // namespace detail

/// The model's operations, its loss's prediction last, with as many outputs as are active. Throws Error naming the
/// first layer that does not say its operation.
template <class N, class Optimizer, class Device, class T, Fusion F, Purpose For>
InferenceGraph inference_graph(const Model<N, Optimizer, Device, T, F, For>& model) {
    static constexpr auto& program = N::program;
    InferenceGraph graph;
    graph.description = N::description();
    graph.values.assign(program.value, program.value + program.values);
    const auto values_of = [&](const std::string& name) {
        for (const auto& t : model.tensors())
            if (t.name == name) return std::vector<float>(t.values.begin(), t.values.end());
        throw Error("the model has no tensor '" + name + "'");
    };
    for_each(typename N::flat{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
        constexpr Node node = program.node[I];
        if constexpr (node.runs) {
            using L = typename P::type;
            const std::string path = P::path[0].text().string();
            GraphNode g{Traits<L>::operation, path + " " + L::name().string(), {}, 0};
            if (g.operation.kind == Operation::none) detail::cannot_export("layer " + g.layer);
            g.inputs.assign(node.inputs, node.inputs + node.input_count);
            const Parameters parameters = Traits<L>::parameters(node.in);
            const States states = Traits<L>::states(node.in);
            constexpr std::size_t owner = SharedUses<typename N::flat>::uses.first[I];
            const std::string place = At_t<typename N::flat, owner>::path[0].text().string() + ".";
            for (int i = 0; i < parameters.count; ++i) g.tensors.push_back(values_of(place + parameters.item[i].name));
            for (int i = 0; i < states.count; ++i) g.tensors.push_back(values_of(place + states.item[i].name));
            for (int k = 0; k < node.output_count; ++k) {
                g.output = node.outputs[k];
                graph.nodes.push_back(g);
            }
        }
    });
    graph.output = program.output;
    simplify(graph, model.active_outputs());
    if constexpr (requires { N::loss::each([](auto*, std::size_t) {}); }) {
        detail::add_heads<typename N::loss>(graph);
        return graph;
    }
    const Operation last = Traits<typename N::loss>::operation;
    if (last.kind == Operation::none) detail::cannot_export("the loss " + N::loss::name().string());
    if (last.kind != Operation::identity) {
        graph.values.push_back(graph.values[graph.output]);
        const int end = static_cast<int>(graph.values.size()) - 1;
        graph.nodes.push_back({last, N::loss::name().string(), {graph.output}, end});
        graph.output = end;
    }
    return graph;
}

}  // namespace tn
