// The weights of layers on bytes in the order in which their kernels read them: those of an exported header and the
// library's.
#pragma once

#include <vector>

#include "runtime/export/header_program.hpp"
#include "runtime/export/int8_plan.hpp"

namespace tn {

/// Of a convolution or dense layer that reads `in`: [filters][channels][taps] as [filters / 16][fours][16][4]. A four
/// is of a pixel's channels, or of the taps in a row where an image has one channel. Zeros where there is none.
std::vector<float> pack_fours(const std::vector<float>& weight, int filters, const HeaderValue& in, const Window& w);
/// How far each four of bytes lies behind the window's first one, in bytes.
std::vector<int> offsets_of_fours(const HeaderValue& in, const Window& w);
/// Of a depthwise convolution: [channels][taps] as [channels / 16][rows][columns / together][16][together].
std::vector<float> pack_taps(const std::vector<float>& weight, int channels, const Window& w, int together);

/// By its own window, every channel: a depthwise convolution or a scale.
bool is_by_channel(const InferenceGraph& graph, const GraphNode& node);
/// Of a layer that reads `in`: the first and the second, and the third and the fourth of pack_fours(); none where every
/// channel is by itself.
WeightPairs pairs_of(const InferenceGraph& graph, const GraphNode& node, const HeaderValue& in);
/// What sums are multiplied by, by output channel, to be what `out` holds.
std::vector<float> output_scales(const QuantisedWeights& weights, const HeaderValue& out);

}  // namespace tn
