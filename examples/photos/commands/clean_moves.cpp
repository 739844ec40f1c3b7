#include "examples/photos/commands/clean_moves.hpp"

#include <fmt/format.h>

#include "examples/photos/cleaning/decisions.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/quarantine.hpp"

namespace photos {

using namespace tn;

void move_photographs(const std::vector<int>& chosen, const Pictures& pictures, const std::string& folder,
                      const std::string& away) {
    std::vector<std::string> files;
    for (const int i : chosen) files.push_back(pictures.files[i]);
    if (files.empty()) {
        fmt::print("There is nothing to move.\n");
        return;
    }
    quarantine_files(folder, files, away);
    fmt::print("{} files were moved to {}; photos clean --undo {} puts them back\n", files.size(), escape_text(away),
               escape_text(away));
}

int apply_decisions(const std::string& decisions, const std::string& folder, const std::string& away) {
    const Decisions d = read_decisions(decisions, folder, away);
    if (d.moves.empty()) {
        fmt::print("{} photographs are kept, and there is nothing to move.\n", d.kept);
        return 0;
    }
    move_files(d.root, d.moves, away);
    fmt::print("{} photographs are kept, {} were relabelled, {} were moved to {}; photos clean --undo {} undoes it\n",
               d.kept, d.relabelled, d.removed, escape_text(away), escape_text(away));
    return 0;
}

int undo_moves(const std::string& away) {
    fmt::print("{} files were put back\n", restore_quarantined(away));
    return 0;
}

}  // namespace photos
