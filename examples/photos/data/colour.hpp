// Whether photographs have colours that a network of grey pictures does not see.
#pragma once

#include <filesystem>

#include "runtime/data/dataset.hpp"

namespace photos {

/// Looks at a few photographs, from the first to the last: whether one of them has colours. Those that cannot be read
/// any more are passed over.
bool are_in_colour(const tn::Pictures& pictures);

/// The same of a folder with one sub-folder per class that was not read yet: looks at one photograph of some of them.
bool folder_is_in_colour(const std::filesystem::path& folder);

}  // namespace photos
