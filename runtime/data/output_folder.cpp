#include "runtime/data/output_folder.hpp"

#include <fmt/format.h>

#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/quarantine.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

/// The folders on the way to `path`, and that itself, that do not exist; the outermost first.
std::vector<fs::path> missing_folders(const fs::path& path) {
    std::vector<fs::path> missing;
    fs::path folder;
    for (const fs::path& name : fs::absolute(path).lexically_normal()) {
        if (name.empty()) continue;  // behind a slash at the end
        folder /= name;
        if (!is_there(folder)) missing.push_back(folder);
    }
    return missing;
}

/// Nothing depends on the marker within this run: what cannot be marked is left unmarked, and the run says by itself
/// that it cannot write.
void mark(const fs::path& folder) {
    try {
        write_passing_file(folder / output_marker,
                           "This folder holds what a program wrote. It is never read as photographs.\n");
    } catch (const Error&) {
    }
}

/// Whether all that a folder holds is its marker.
bool holds_only_marker(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().filename() != output_marker) return false;
    return !error;
}

}  // namespace

OutputFolder::OutputFolder(const fs::path& path) : made_(missing_folders(path)) {
    std::error_code failed;
    fs::create_directories(path, failed);
    if (failed) {
        for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) {
            std::error_code ignored;
            fs::remove(*folder, ignored);
        }
        throw Error(fmt::format("{}: the folder cannot be made: {}", path.string(), failed.message()));
    }
    for (const fs::path& folder : made_) mark(folder);
    std::error_code ignored;
    if (made_.empty() && fs::is_empty(path, ignored)) mark(path);
}

OutputFolder::~OutputFolder() {
    for (auto folder = made_.rbegin(); folder != made_.rend() && holds_only_marker(*folder); ++folder) {
        std::error_code ignored;
        fs::remove(*folder / output_marker, ignored);
        fs::remove(*folder, ignored);
    }
}

bool is_output_folder(const fs::path& path) { return is_there(path / output_marker) || is_there(path / journal_name); }

}  // namespace tn
