// One writer a folder: a lock that ends with its process, however that ends.
#pragma once

#include <filesystem>

namespace tn {

/// Holds the file `.lock` in the folder locked (fcntl, for the open file), with the process's number in it; removes it
/// at the end.
class FolderLock {
public:
    /// Throws Error when another process holds it, naming that one, or when the folder cannot be written. Clears away
    /// what processes that were killed while writing left in the folder.
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    std::filesystem::path path_;
    int file_ = -1;
};

/// The process that holds the folder's lock, as its file says, or 0 when none does. Takes no lock.
int folder_holder(const std::filesystem::path& folder);

}  // namespace tn
