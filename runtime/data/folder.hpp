// A folder of photographs, one sub-folder a class, as a data set.
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
    /// The names that the labels count, for a test folder: a sub-folder of another name is an error, a missing one is
    /// not. Empty: the names of the sub-folders, sorted.
    std::vector<std::string> classes;
    std::uint64_t max_bytes = std::uint64_t{16} << 30;  ///< of all pixels together
    /// A folder in which decoded pictures are kept (DecodedCache): those whose files have not changed since are not
    /// decoded again. Empty: none. While it is read, it takes as much memory as the pictures once more.
    std::filesystem::path cache;
};

/// Reads every picture directly inside the sub-folders of `root`, which are the classes: both sorted by name (byte by
/// byte), hidden ones ignored, pictures of any size brought to `shape`. Decodes in parallel; the result does not
/// depend on the number of threads.
///
/// `skipped` lists with a reason what was not used: files without a picture's extension, folders inside a class,
/// links that leave `root`, and pictures that cannot be decoded. Throws Error naming the folder when more than 5 % of
/// the files with a picture's extension cannot be used, when there are fewer than 2 classes or more than 1000, when a
/// class has no picture, when the pixels take more than `max_bytes`, or when the cache cannot be written.
Pictures read_folder(const std::filesystem::path& root, PictureShape shape, ThreadPool& pool,
                     const FolderOptions& options = {});

/// The pictures to predict: `path` itself if it is a file, else the files with a picture's extension directly in that
/// folder, sorted by name, hidden ones ignored. Throws Error when there is none.
std::vector<std::string> picture_files(const std::filesystem::path& path);

}  // namespace tn
