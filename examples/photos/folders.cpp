#include "folders.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"

namespace photos {

using namespace tn;

void print_skipped(const Pictures& pictures) {
    for (const SkippedFile& s : pictures.skipped)
        fmt::print("skipped {}: {}\n", escape_text(s.path), escape_text(s.reason));
}

void make_folder(const std::string& path) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) throw Error(fmt::format("{}: the folder cannot be made: {}", path, failed.message()));
}

}  // namespace photos
