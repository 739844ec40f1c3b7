#include "runtime/core/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

/// Whether the open file is the one that the path names: its last holder may have removed it in between.
bool is_there(int file, const fs::path& path) {
    struct stat opened {}, named {};
    return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
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

/// Half-written files (see file.cpp) of processes that are no more.
void remove_leftovers(const fs::path& folder) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        int process = 0, used = 0;
        unsigned count = 0;
        const std::string name = entry.path().filename().string();
        if (std::sscanf(name.c_str(), ".tn-%d-%u.tmp%n", &process, &count, &used) == 2 && process > 0 &&
            used == static_cast<int>(name.size()) && ::kill(process, 0) != 0 && errno == ESRCH)
            fs::remove(entry.path(), ignored);
    }
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) : path_(folder / ".lock") {
    const auto fail = [&](int error) {
        throw Error(fmt::format("{}: cannot be locked: {}", path_.string(), std::generic_category().message(error)));
    };
    for (;;) {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (file_ < 0) fail(errno);
        if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
            const int error = errno;
            const std::string who = holder(file_);
            ::close(file_);
            if (error != EWOULDBLOCK) fail(error);
            throw Error(fmt::format("{}: another run{} writes into this folder: wait for its end or name another folder",
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
    const int process = process_in(file);
    bool held = process > 0 && (::kill(process, 0) == 0 || errno == EPERM);
    // A process of another container has a number that means nothing here; only its lock tells.
    if (!held) held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return held ? process : 0;
}

}  // namespace tn
