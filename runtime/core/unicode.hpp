// Names that look the same and are other bytes.
#pragma once

#include <string>
#include <string_view>

namespace tn {

/// The text with every composed character as its parts (the canonical decomposition of Unicode, NFD), of the characters
/// up to U+30FF and of Korean; "é" becomes "e" and an accent. macOS writes some names so, other systems as they are
/// typed. Text that is not UTF-8 stays as it is, and so does the order of several accents on one letter.
std::string decomposed(std::string_view utf8);

}  // namespace tn
