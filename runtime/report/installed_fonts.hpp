// Letters that the embedded font does not have, from the fonts that are installed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tn {

/// A line of text as shares of ink, 0 to 255 a pixel, in rows from the top.
struct InkedText {
    int left = 0, top = 0;  ///< where the first pixel is, from where the line begins and from the top of its capitals
    int width = 0, height = 0;
    std::vector<std::uint8_t> ink;  ///< [height][width]
};

/// True if every character of the UTF-8 text has a glyph in some installed font, which Fontconfig finds. False for all
/// texts in a build without FreeType, HarfBuzz and Fontconfig (cmake/fonts.cmake), for text that is not UTF-8, and for
/// control characters.
bool installed_fonts_have(std::string_view utf8);

/// The width in pixels of a line that they have, with capitals of about `capital` pixels, and the line itself. Runs of
/// one font are shaped by HarfBuzz and follow each other from left to right. Both are safe to call from any thread.
double installed_fonts_width(std::string_view utf8, double capital);
InkedText installed_fonts_ink(std::string_view utf8, double capital);

}  // namespace tn
