// A trained network as one C++ header that needs nothing but the standard library.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/export/inference_graph.hpp"

namespace tn {

/// What the header says besides the network.
struct HeaderInfo {
    std::string name = "network";      ///< of the namespace
    std::vector<std::string> classes;  ///< what the outputs stand for; may be empty
    Normalise normalise;               ///< what the network expects: (byte / 255 - mean) / deviation
};

/// The text of a C++17 header: constants for every size, the weights, and `infer(x, y, work)` for one sample, which
/// calls nothing outside the header but functions of the standard library, allocates nothing and may run on several
/// threads, each with its own `work`. Throws Error when the name is not one that C++ takes.
std::string to_header(const InferenceGraph& graph, const HeaderInfo& info);

}  // namespace tn
