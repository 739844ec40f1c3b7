// A folder of photographs, one sub-folder per class, as a data set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/core/thread_pool.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"

namespace tn {

struct FolderOptions {
    Fit fit = Fit::stretch;
    Ground ground;  ///< behind what is transparent
    /// The names that the labels count, for a test folder: a sub-folder of another name is an error, a missing one is
    /// not. Empty: the names of the sub-folders, sorted.
    std::vector<std::string> classes;
    std::uint64_t max_bytes = std::uint64_t{16} << 30;  ///< of all pixels together
    /// A folder in which decoded pictures are kept (DecodedCache): those whose files have not changed since are not
    /// decoded again. Empty: none. While it is read, it takes as much memory as the pictures once more.
    std::filesystem::path cache;
    /// Folders that the program writes to, besides the cache. One that is, or lies in, a sub-folder of `root` without
    /// pictures makes that no class.
    std::vector<std::filesystem::path> outputs;
    /// The share of the files with a picture's extension that may be unusable.
    double unreadable = 0.05;
    /// What the error about too many of them adds: how the program is told to go on.
    std::string unreadable_advice;
    /// Whether links are followed that leave `root`, as in a set made of links into a store.
    bool follow_links = false;
};

/// Reads every picture directly inside the sub-folders of `root`, which are the classes: both sorted by name (byte by
/// byte), hidden ones ignored, pictures of any size scaled to `shape`. What a program wrote (is_output_folder) is no
/// class. Decodes in parallel; the result does not depend on the number of threads.
///
/// `skipped` lists with a reason what was not used: files without a picture's extension, folders inside a class,
/// links that leave `root`, and pictures that cannot be decoded. Throws Error naming the folder when more than
/// `unreadable` of the files with a picture's extension cannot be used, when there are fewer than 2 classes or more
/// than 1000, when a class has no picture (why its files are none, and what was probably meant), when two classes
/// differ only in how the accents of their names are composed, when the pixels take more than `max_bytes`, when the
/// results would be written among a class's pictures, or when the cache cannot be written.
Pictures read_folder(const std::filesystem::path& root, PictureShape shape, ThreadPool& pool,
                     const FolderOptions& options = {});

/// Pictures to predict, and what was left out.
struct PictureFiles {
    std::vector<std::string> files;
    std::vector<SkippedFile> skipped;
};

/// `path` itself if it is a file, else the files with a picture's extension directly in that folder, sorted by name.
/// Other files and sub-folders are skipped, hidden ones and folders of results ignored. Throws Error when there is no
/// picture, and for a folder of results.
PictureFiles picture_files(const std::filesystem::path& path);

}  // namespace tn
