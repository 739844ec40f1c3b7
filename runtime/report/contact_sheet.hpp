// A contact sheet: pictures with a few words below each, in sections.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/data/image.hpp"
#include "runtime/report/canvas.hpp"

namespace tn {

/// One or more pictures side by side with lines below; a line that is too long is cut.
struct SheetEntry {
    std::vector<Picture> pictures;
    std::vector<std::string> lines;
    Color frame = color::light;
};

struct SheetSection {
    std::string title, note;  ///< the note, in grey, stands below the title
    std::vector<SheetEntry> entries;
};

/// A section a block, entries in rows; pictures are drawn 128 pixels wide and up to 256 high. Throws Error when the
/// sheet would be over 16384 pixels high.
Picture draw_contact_sheet(std::span<const SheetSection> sections);

}  // namespace tn
