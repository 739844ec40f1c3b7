#include "runtime/core/move_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t any_size = std::numeric_limits<std::int64_t>::max();

/// As far as the other file system has them: one without permissions keeps the bytes all the same.
void copy_attributes(const struct stat& from, const fs::path& to) {
    const std::array<timespec, 2> times{from.st_atim, from.st_mtim};
    if (::chown(to.c_str(), from.st_uid, from.st_gid) != 0) errno = 0;
    if (::chmod(to.c_str(), from.st_mode & 07777) != 0) errno = 0;
    if (::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0) errno = 0;
}

void copy_whole(const fs::path& from, const fs::path& to) {
    if (fs::is_symlink(fs::symlink_status(from))) return fs::copy_symlink(from, to);
    struct stat status {};
    if (::stat(from.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category());
    write_file(to, read_file(from, any_size));
    copy_attributes(status, to);
}

void copy_and_remove(const fs::path& from, const fs::path& to) {
    copy_whole(from, to);
    std::error_code error, ignored;
    if (fs::remove(from, error) && !error) return;
    fs::remove(to, ignored);
    throw std::system_error(error);
}

}  // namespace

void move_file(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (!error) return;
    try {
        if (error != std::errc::cross_device_link) throw std::system_error(error);
        copy_and_remove(from, to);
    } catch (const std::system_error& e) {
        throw Error(fmt::format("{}: cannot be moved to {}: {}", from.string(), to.string(), e.code().message()));
    }
}

bool are_equal_files(const fs::path& a, const fs::path& b) {
    std::error_code error;
    const fs::file_type type = fs::symlink_status(a, error).type();
    if (fs::symlink_status(b, error).type() != type) return false;
    // One folder that is mounted in two places would lose its only file.
    if (fs::equivalent(a.parent_path(), b.parent_path(), error) || error) return false;
    if (type == fs::file_type::symlink) return fs::read_symlink(a, error) == fs::read_symlink(b, error) && !error;
    if (type != fs::file_type::regular || fs::file_size(a, error) != fs::file_size(b, error) || error) return false;
    return read_file(a, any_size) == read_file(b, any_size);
}

}  // namespace tn
