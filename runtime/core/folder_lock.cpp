#include "runtime/core/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/same_file.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

/// What fcntl is told of a lock of the whole file for one.
struct flock exclusive() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

/// The process that the file names, or 0.
int process_in(int file) {
    char text[16]{};
    int process = 0;
    const ssize_t n = ::pread(file, text, sizeof text - 1, 0);
    return n > 0 && std::sscanf(text, "%d", &process) == 1 && process > 0 ? process : 0;
}

/// " (process 1234)", or nothing when the file does not say.
std::string holder(int file) {
    const int process = process_in(file);
    return process > 0 ? fmt::format(" (process {})", process) : "";
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) : path_(folder / ".lock") {
    const auto fail = [&](int error) {
        throw Error(fmt::format("{}: cannot be locked: {}", path_.string(), std::generic_category().message(error)));
    };
    for (;;) {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (file_ < 0) fail(errno);
        struct flock lock = exclusive();
        if (::fcntl(file_, F_OFD_SETLK, &lock) != 0) {
            const int error = errno;
            const std::string who = holder(file_);
            ::close(file_);
            if (error != EAGAIN && error != EACCES) fail(error);
            throw Error(
                fmt::format("{}: another run{} writes into this folder: wait for its end or name another folder",
                            folder.string(), who));
        }
        if (is_there(file_, path_)) break;
        ::close(file_);
    }
    // The number only serves the message: on a full disk the lock holds without it.
    const std::string process = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file_, 0) == 0) static_cast<void>(!::pwrite(file_, process.data(), process.size(), 0));
    remove_leftovers(folder);
}

FolderLock::~FolderLock() {
    ::unlink(path_.c_str());
    ::close(file_);
}

int folder_holder(const fs::path& folder) {
    const int file = ::open((folder / ".lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return 0;
    // Only the lock tells: the number of a process that was killed, or that ran in another container, may be another's.
    struct flock lock = exclusive();
    const bool held = ::fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    const int process = held ? process_in(file) : 0;
    ::close(file);
    return process;
}

}  // namespace tn
