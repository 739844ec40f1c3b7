// Pretrained weights that the user keeps on this machine.
#pragma once

#include <filesystem>
#include <string>

namespace photos {

/// Where `photos weights` keeps those of the network: typenet/NAME.pth in $XDG_CACHE_HOME, or in ~/.cache.
std::filesystem::path kept_weights(const std::string& network);

}  // namespace photos
