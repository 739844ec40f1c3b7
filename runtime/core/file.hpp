// Whole files in and out: reading with a limit, writing so that a reader never sees half a file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace tn {

/// Every byte of a regular file. Throws Error "path: reason" when it is not a regular file, cannot be read or holds
/// over `limit` bytes.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit);

/// Writes the file as a whole or not at all: a new file in the same folder, flushed to the disk, then renamed over
/// `path`. A symbolic link is followed. Throws Error "path: reason"; what was there before is then untouched.
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

/// The same without flushing to the disk: for what is written often and lost with the run, such as its progress.
void write_passing_file(const std::filesystem::path& path, std::string_view text);

/// Adds the text to the end of a file that is there. Throws Error "path: reason"; part of it may then be there.
void append_to_file(const std::filesystem::path& path, std::string_view text);

/// Removes what processes that were killed in write_file() left in the folder, if it was not written to for so long.
/// What is being written now stays, unless it is from another machine on a network drive without locks.
void remove_leftovers(const std::filesystem::path& folder, std::chrono::seconds age = {});

}  // namespace tn
