#include "runtime/int8/quantised_graph.hpp"

#include "runtime/export/int8_packing.hpp"
#include "runtime/export/int8_program.hpp"

namespace tn {

QuantisedGraph quantise(InferenceGraph graph, const std::vector<ValueRange>& ranges) {
    if (ranges.size() != graph.values.size())
        throw Error("int8 needs the ranges of all values: samples to calibrate with");
    QuantisedGraph quantised{std::move(graph), {}, {}};
    quantised.plan = int8_plan(quantised.graph, ranges);
    quantised.weights.resize(quantised.graph.nodes.size());
    for (const WeightedLayer& layer : weighted_layers(quantised.graph, quantised.plan)) {
        GraphNode& node = quantised.graph.nodes[layer.node];
        quantised.weights[layer.node] = quantised_weights(node, layer.in, layer.pairs);
        node.tensors.clear();
    }
    return quantised;
}

std::vector<WeightedLayer> weighted_layers(const InferenceGraph& graph, const Int8Plan& plan) {
    std::vector<WeightedLayer> layers;
    const HeaderProgram program = int8_program(graph, plan, Int8Form::blocks);
    for (const HeaderStep& step : program.steps) {
        if (step.method != HeaderStep::int8 || graph.nodes[step.node].tensors.empty()) continue;
        const HeaderValue& in = program.values[step.read[0]];
        layers.push_back(
            {static_cast<std::size_t>(step.node), in.quantisation, pairs_of(graph, graph.nodes[step.node], in)});
    }
    return layers;
}

std::vector<std::string> layers_in_fp32(const QuantisedGraph& quantised) {
    std::vector<std::string> layers;
    for (std::size_t i = 0; i < quantised.graph.nodes.size(); ++i)
        if (!quantised.plan.runs[i] && !is_view(quantised.graph.nodes[i]))
            layers.push_back(quantised.graph.nodes[i].layer);
    return layers;
}

}  // namespace tn
