// What the ways of bringing a picture to size are called on command lines, in model files and in pages.
#pragma once

#include <string>
#include <string_view>

#include "runtime/data/image.hpp"

namespace tn {

/// "stretch", "cover", "pad" or "centre".
std::string to_text(Fit fit);

/// And back; throws Error when it is none of them.
Fit parse_fit(std::string_view text);

}  // namespace tn
