// A trained network as one C++ header that needs nothing but the standard library.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/export/header_weights.hpp"
#include "runtime/export/inference_graph.hpp"
#include "runtime/export/quantisation.hpp"

namespace tn {

/// What the header says besides the network.
struct HeaderInfo {
    std::string name = "network";            ///< of the namespace
    std::vector<std::string> classes;        ///< what the outputs stand for; may be empty
    Normalise normalise;                     ///< what the network expects: (byte / 255 - mean) / deviation
    WeightsAs weights_as = WeightsAs::fp32;  ///< of convolutions and dense layers
    std::vector<ValueRange> ranges{};        ///< of the graph's values, for int8: as Calibration has them
};

/// A header and, where its weights are no text, the bytes that lie beside it as `<header's name>.bin`.
struct ExportedHeader {
    std::string text, block;
    std::size_t workspace = 0;  ///< floats of `work`
};

/// A C++17 header: constants for every size, the weights, and `infer(x, y, work)` for one sample, which calls nothing
/// outside the header but functions of the standard library, allocates nothing, needs little stack, and may run on
/// several threads, each with its own `work`. With `as_block` the assembler includes the weights from a file beside
/// the header, which takes no time to compile. Throws Error when the name is not one that C++ takes, where a weight
/// does not fit fp16, and where int8 has no ranges.
///
/// With int8 the layers of int8_plan() run on bytes: Jacob and others, "Quantization and training of neural networks
/// for efficient integer-arithmetic-only inference", 2018, with a scale for every output channel.
ExportedHeader exported_header(const InferenceGraph& graph, const HeaderInfo& info, bool as_block);

/// The text alone, with the weights in it.
std::string to_header(const InferenceGraph& graph, const HeaderInfo& info);

/// Throws Error where a namespace cannot have the name: what is no identifier, a keyword, `std`, a name that is
/// reserved, or that of a function or type which `cmath` and `cstddef` declare outside of namespaces.
void check_namespace(const std::string& name);

}  // namespace tn
