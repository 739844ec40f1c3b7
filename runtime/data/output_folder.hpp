// Folders that a program writes its results to, marked so that they are never read as photographs.
#pragma once

#include <filesystem>
#include <vector>

namespace tn {

/// The file that marks a folder of results.
inline constexpr const char* output_marker = ".typenet-output";

/// Makes a folder for results. One without results is removed again: when the program fails before it has written any,
/// it leaves nothing behind.
class OutputFolder {
public:
    /// Makes the folder, and those above it, where they do not exist, and marks each that it made and the folder itself
    /// if it is empty; a folder with something in it may hold photographs and is left unmarked. Throws Error "path: the
    /// folder cannot be made: reason".
    explicit OutputFolder(const std::filesystem::path& path);
    /// Removes the folders that it made as far as they hold nothing but the marker.
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

private:
    std::vector<std::filesystem::path> made_;  // the outermost first
};

/// True for a folder that OutputFolder marked, or that photographs were moved to (quarantine_files).
bool is_output_folder(const std::filesystem::path& path);

}  // namespace tn
