// A folder for files that pass.
#pragma once

#include <filesystem>

namespace tn {

/// A folder of its own in that for passing files, removed with everything in it. Throws Error where none can be made.
class PassingFolder {
public:
    PassingFolder();
    ~PassingFolder();
    PassingFolder(const PassingFolder&) = delete;
    PassingFolder& operator=(const PassingFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tn
