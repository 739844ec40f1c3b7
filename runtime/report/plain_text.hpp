// Text for a font that has only ASCII.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

/// The text in printable ASCII: Latin letters without their accents, and '?' for each other character, or byte that is
/// no UTF-8.
std::string plain_text(std::string_view text);

/// What stands for each class in a picture: its name if installed fonts have all of it, else its name in plain text, or
/// "class 5", counted from 1, where that would have lost characters or look like another's.
std::vector<std::string> drawn_names(std::span<const std::string> classes);

}  // namespace tn
