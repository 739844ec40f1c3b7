// A file to another place, which may be on another file system.
#pragma once

#include <filesystem>

namespace tn {

/// Moves a regular file or a link, itself, to `to`, whose folder must be there and which must not. It is renamed; where
/// the system cannot, because the two are on different disks or below different mounts of one, it is copied with its
/// permissions and times, flushed to the disk, and only then removed. Throws Error "path: reason", and `from` is then
/// untouched. When the system fails in between, both are there and equal.
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// True if both are there, in two folders, and are regular files with the same bytes or links to the same path: what a
/// move leaves that was interrupted between the copy and the removal.
bool are_equal_files(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace tn
