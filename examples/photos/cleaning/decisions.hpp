// What a person decided about photographs, as the page of findings writes it down, and what becomes of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/data/quarantine.hpp"

namespace photos {

/// The first line of a file of decisions.
inline constexpr const char* decisions_header = "file,class,decision,new_class";

/// Photographs that are to go somewhere, and how many stay.
struct Decisions {
    std::filesystem::path root;       ///< the folder of photographs
    std::vector<tn::FileMove> moves;  ///< relabelled to the folder of another class, removed to `removed`
    int kept = 0, relabelled = 0, removed = 0;
};

/// Reads a file of decisions (RFC 4180; names as tn::escape_text): below the header a line for each photograph, with
/// its absolute path, the class that it is in, "keep", "relabel" or "remove", and the class that it gets when it is
/// relabelled. Where that has a file of this name, it becomes "name (of the old class).jpg". All photographs lie in
/// `folder`, or, if that is empty, in one folder of classes. Throws tn::Error "path:line: reason" for whatever is not
/// so, is not there any more, or is named twice; nothing is moved.
Decisions read_decisions(const std::filesystem::path& path, const std::string& folder,
                         const std::filesystem::path& removed);

}  // namespace photos
