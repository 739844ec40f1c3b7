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
    const HeaderProgram program = int8_program(quantised.graph, quantised.plan, Int8Form::blocks);
    for (const HeaderStep& step : program.steps) {
        if (step.method != HeaderStep::int8) continue;
        GraphNode& node = quantised.graph.nodes[step.node];
        if (node.tensors.empty()) continue;
        const HeaderValue& in = program.values[step.read[0]];
        quantised.weights[step.node] =
            quantised_weights(node, in.quantisation, pairs_of(quantised.graph, node, in));
        node.tensors.clear();
    }
    return quantised;
}

std::vector<std::string> layers_in_fp32(const QuantisedGraph& quantised) {
    std::vector<std::string> layers;
    for (std::size_t i = 0; i < quantised.graph.nodes.size(); ++i)
        if (!quantised.plan.runs[i] && !is_view(quantised.graph.nodes[i]))
            layers.push_back(quantised.graph.nodes[i].layer);
    return layers;
}

}  // namespace tn
