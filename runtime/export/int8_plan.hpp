// Which layers of a network run on bytes, and what these bytes stand for.
#pragma once

#include <vector>

#include "runtime/export/quantisation.hpp"

namespace tn {

struct Int8Plan {
    std::vector<bool> runs;                  ///< by node: on bytes
    std::vector<Quantisation> quantisation;  ///< by value, of those that are bytes
};

/// A view of the same values: flatten, reshape.
bool is_view(const GraphNode& node);
/// The image that was flattened to the value, or the value itself.
int image_behind(const InferenceGraph& graph, int value);
bool is_depthwise(const InferenceGraph& graph, const GraphNode& node);

/// The window of a layer on bytes that has weights, where a dense layer has a tap for every pixel and a scale one.
Window window_of_weights(const GraphNode& node, Shape in);
/// What a function of one value makes of every byte.
std::vector<float> table_of(const GraphNode& node, Quantisation in, Quantisation out);

/// Convolutions, depthwise or without groups, and dense layers run on bytes; pools, sums, concatenations, scales and
/// functions of one value do where all that they read comes from such layers; all else is left in fp32.
/// `ranges`: of every value.
Int8Plan int8_plan(const InferenceGraph& graph, const std::vector<ValueRange>& ranges);

}  // namespace tn
