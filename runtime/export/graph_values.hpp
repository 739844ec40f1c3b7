// What a network of an inference graph computes, by plain loops: whatever needs to see every value.
#pragma once

#include <span>
#include <vector>

#include "runtime/export/inference_graph.hpp"

namespace tn {

/// f(x).
float evaluate(const Expression& f, float x);

/// Every value of the graph for one sample x, by number, in fp32. Values that simplify() has left without a producer
/// are empty.
std::vector<std::vector<float>> graph_values(const InferenceGraph& graph, std::span<const float> x);

/// One node's output, with the relu behind it, from its inputs in its order; y may lie in the place of an input of a
/// node that works value by value, or of an addition. Allocates nothing but for attention and recurrent layers.
void compute_node(const InferenceGraph& graph, const GraphNode& node, std::span<const std::span<const float>> inputs,
                  std::span<float> y);

}  // namespace tn
