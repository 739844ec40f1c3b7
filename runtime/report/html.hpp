// Text and pictures made part of an HTML or SVG document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/image.hpp"

namespace tn {

/// The text for HTML and XML, also within a quoted attribute: escape_text of it, with & < > " ' as entities.
std::string html_text(std::string_view text);

/// A text of JSON as a value within a script of HTML, which nothing in it can end.
std::string script_value(std::string_view json);

/// The bytes as base64, with = at the end where their number is no multiple of 3.
std::string base64(std::vector<std::uint8_t> bytes);

/// "data:image/png;base64,...": the picture itself as an address.
std::string data_uri(const Picture& picture);

}  // namespace tn
