// Whether a path still names a file that is open.
#pragma once

#include <sys/stat.h>

#include <filesystem>

namespace tn {

/// Whether the open file is the one that the path names: another process may have removed or replaced that in between.
inline bool is_there(int file, const std::filesystem::path& path) {
    struct stat opened {
    }, named{};
    return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

}  // namespace tn
