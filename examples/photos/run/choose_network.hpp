// Which network a run trains, and from which weights it begins.
#pragma once

#include <filesystem>
#include <string>

#include "examples/photos/networks/networks.hpp"

namespace photos {

/// What the command line says of it; empty: the program chooses.
struct NetworkOptions {
    std::string network;     ///< its name
    std::string pretrained;  ///< a file of weights
};

struct ChosenNetwork {
    const KnownNetwork* network;
    std::string why;  ///< in a few words
    std::filesystem::path
        pretrained;  ///< the weights to begin with, or that a run to go on with began with; empty: none
};

/// The network of `model` if that is not empty, a model file to go on with; else the one that is named; else the one
/// whose weights are in the file that is named; else one whose weights `photos weights` has kept, if the photographs
/// are in colour; else one of grey or of coloured photographs, as those in `folder` are (empty: drawn characters).
/// Throws tn::Error for a name or file that does not do.
ChosenNetwork choose_network(const NetworkOptions& options, const std::filesystem::path& model,
                             const std::filesystem::path& folder, const Networks& networks);

}  // namespace photos
