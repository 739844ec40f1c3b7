// Text from outside (names of files and classes) made safe to print.
#pragma once

#include <string>
#include <string_view>

namespace tn {

/// The text on one line and without effect on a terminal: control characters, bytes that are not UTF-8 and the
/// backslash itself are written as `\n`, `\t`, `\\` or `\xNN`, so that the text can be told back from it.
std::string escape_text(std::string_view text);

/// The text that escape_text made this line of. Throws Error when it cannot have.
std::string unescape_text(std::string_view line);

/// True when every byte is part of a valid UTF-8 sequence.
bool is_utf8(std::string_view text);

}  // namespace tn
