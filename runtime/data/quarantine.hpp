// Files moved out of a folder so that every one can be put back, also when the program is killed in between.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace tn {

/// The file in the folder of moved files that says where each came from.
inline constexpr const char* journal_name = "moved.tsv";

/// Throws Error when photographs below `root` cannot be moved to `to`: it lies within `root`,
/// or already has a journal.
void check_quarantine(const std::filesystem::path& root, const std::filesystem::path& to);

/// Moves `files`, which lie below `root`, to the same places below `to`. First `to`/moved.tsv is written with a line
/// for every file (where it was, absolute; a tab; where it goes, below `to`; each as escape_text), then each file is
/// moved (move_file): whatever interrupts it, restore_quarantined puts all back. Throws Error before anything is moved
/// when a file is not below `root`, `to` lies within `root`, it already has a journal, or a place is taken.
void quarantine_files(const std::filesystem::path& root, std::span<const std::string> files,
                      const std::filesystem::path& to);

/// A file and its new place.
struct FileMove {
    std::filesystem::path from, to;
};

/// The same for files that go anywhere below `to`, or to the folder of another class: one that is directly in the
/// folder that the file's own class is in. The line of such a file has its new place as an absolute path. Throws Error,
/// too, when a file goes anywhere else or two files go to one place.
void move_files(const std::filesystem::path& root, std::span<const FileMove> moves, const std::filesystem::path& to);

/// Puts back what quarantine_files or move_files moved, removes the journal and the folders that are then empty, and
/// returns how many files came back. Of one that was being copied to another disk when the move was interrupted the
/// copy is removed. A file whose old place is taken stays, the others come back, and then it throws
/// Error and keeps the journal; it also throws for a journal that is missing or damaged, before anything is moved.
int restore_quarantined(const std::filesystem::path& to);

}  // namespace tn
