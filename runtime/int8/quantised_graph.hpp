// A trained network whose weights are whole numbers of -127 .. 127: what int8 runs and files of it hold.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/export/inference_graph.hpp"
#include "runtime/export/int8_plan.hpp"
#include "runtime/export/quantisation.hpp"

namespace tn {

struct QuantisedGraph {
    InferenceGraph graph;                   ///< with the tensors of the layers in fp32 alone
    Int8Plan plan;                          ///< which layers run on bytes, and what these stand for
    std::vector<QuantisedWeights> weights;  ///< by node; empty where it has none or is in fp32
};

/// `ranges`: of every value, as Calibration has them. Throws Error where there are not as many, naming the layer where
/// int8 cannot have its weights, and where nothing is to be computed.
QuantisedGraph quantise(InferenceGraph graph, const std::vector<ValueRange>& ranges);

/// A layer on bytes that has weights, and which of these are multiplied beside each other.
struct WeightedLayer {
    std::size_t node;
    Quantisation in;
    WeightPairs pairs;
};
std::vector<WeightedLayer> weighted_layers(const InferenceGraph& graph, const Int8Plan& plan);

/// The layers that run in fp32, as Net has them, without those that only give the same values other extents.
std::vector<std::string> layers_in_fp32(const QuantisedGraph& quantised);

}  // namespace tn
