// Whether photographs have colours that a network of grey pictures does not see.
#pragma once

#include "runtime/data/dataset.hpp"

namespace photos {

/// Looks at a few photographs, from the first to the last: whether one of them has colours. Those that cannot be read
/// any more are passed over.
bool are_in_colour(const tn::Pictures& pictures);

}  // namespace photos
