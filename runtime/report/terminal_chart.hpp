// Curves drawn with characters, for a terminal.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/curves.hpp"

namespace tn {

/// What a terminal can show.
struct TerminalStyle {
    bool unicode = true;  ///< curves of Braille dots, otherwise of the letters * o +
    bool colour = true;   ///< a colour for each curve
};

/// The panel's title and names of curves, and below it the curves: `height` lines of at most `width` columns, blank
/// where nothing fits. The horizontal axis goes from the smallest x to x_end, the vertical one of a share from 0 to 1,
/// else from 0 to the largest value.
std::vector<std::string> draw_terminal_chart(const Panel& panel, double x_end, int width, int height,
                                             TerminalStyle style);

/// Columns that a text takes at most: a character beyond ASCII may be two wide. Escape sequences are not known.
int columns_of(const std::string& utf8);

/// The beginning of a text that surely fits into so many columns.
std::string fit_columns(const std::string& utf8, int columns);

}  // namespace tn
