// What layers with windows make of an image, by plain loops.
#pragma once

#include <span>

#include "runtime/export/inference_graph.hpp"

namespace tn::graph_values_of {

/// x [in] to y [out], both [channels][height][width]; The weights are the node's.
void convolution(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y);
void transposed_convolution(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y);
/// The largest or the mean value of every window.
void pool(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y);
/// Nearest or bilinear, as the layer Upsample says.
void upsample(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y);

}  // namespace tn::graph_values_of
