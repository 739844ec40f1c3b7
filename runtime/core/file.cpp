#include "runtime/core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/same_file.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, std::string_view action, int error) {
    throw Error(fmt::format("{}: cannot {}: {}", path.string(), action, std::generic_category().message(error)));
}

/// An open file that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }
    /// False when closing reports that bytes were lost.
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

/// The half-written file: it goes away unless it was renamed.
struct Temporary {
    fs::path path;
    bool renamed = false;
    ~Temporary() {
        if (!renamed) ::unlink(path.c_str());
    }
};

/// Opens a new file of the folder for writing, and sets `path` to it. It is locked while it is open: by this
/// remove_leftovers() tells it from what a killed process left. -1, as open(2), when it cannot be made.
int open_temporary(const fs::path& folder, fs::path& path) {
    static std::atomic<unsigned> counter{0};
    for (;;) {
        path = folder / fmt::format(".tn-{}-{}.tmp", ::getpid(), counter++);
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        // Processes of two containers or machines may have the same number.
        if (file < 0 && errno == EEXIST) continue;
        if (file < 0) return file;
        // Without a lock, which not every file system has, it is not taken for a leftover either.
        if ((::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && is_there(file, path)) return file;
        ::close(file);  // taken for a leftover before it was locked
    }
}

void write_all(int file, std::span<const std::uint8_t> bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(file, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(path, "be written", errno);
        bytes = bytes.subspan(n);
    }
}

/// What an opened file is: a regular one, or this throws.
struct stat regular(const Descriptor& file, const fs::path& path, std::string_view action) {
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) fail(path, action, errno);
    if (!S_ISREG(status.st_mode)) throw Error(fmt::format("{}: must be a regular file", path.string()));
    return status;
}

/// What `path` stands for: the end of its symbolic links. Refuses what a rename would destroy: a folder, a device.
fs::path writable_target(const fs::path& path) {
    std::error_code error;
    fs::path target = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
        fail(path, "be written", error.value());
    const fs::file_status status = fs::status(target, error);
    if (fs::exists(status) && !fs::is_regular_file(status))
        throw Error(fmt::format("{}: cannot be written: it is not a regular file", path.string()));
    return target;
}

}  // namespace

std::vector<std::uint8_t> read_file(const fs::path& path, std::uint64_t limit) {
    // Without O_NONBLOCK opening a named pipe waits for a writer.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const struct stat status = regular(file, path, "be read");

    std::vector<std::uint8_t> bytes;
    std::size_t used = 0;
    const auto too_large = [&](std::uint64_t size) {
        throw Error(fmt::format("{}: has {} bytes, over the limit of {}", path.string(), size, limit));
    };
    if (static_cast<std::uint64_t>(status.st_size) > limit) too_large(static_cast<std::uint64_t>(status.st_size));
    bytes.resize(status.st_size + 1);  // one more, to see the end without a second round
    for (;;) {
        const ssize_t n = ::read(file.number(), bytes.data() + used, bytes.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(path, "be read", errno);
        if (n == 0) break;
        used += n;
        if (used > limit) too_large(used);
        if (used == bytes.size()) bytes.resize(bytes.size() * 2);
    }
    bytes.resize(used);
    return bytes;
}

namespace {

void write_whole(const fs::path& path, std::span<const std::uint8_t> bytes, bool flush) {
    const fs::path target = writable_target(path);
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    Temporary temporary;
    Descriptor file(open_temporary(folder, temporary.path));
    if (file.number() < 0) {
        const int error = errno;
        temporary.renamed = true;  // not ours to remove
        fail(path, "be written", error);
    }
    // Closing tells whether bytes were lost, and comes before the renaming; the lock stays until after it.
    const Descriptor locked(::fcntl(file.number(), F_DUPFD_CLOEXEC, 0));
    write_all(file.number(), bytes, path);
    if ((flush && ::fsync(file.number()) != 0) || !file.close()) fail(path, "be written", errno);
    if (::rename(temporary.path.c_str(), target.c_str()) != 0) fail(path, "be written", errno);
    temporary.renamed = true;
    if (!flush) return;

    // The name survives a power cut once the folder is flushed; some file systems cannot, and the file is whole anyway.
    Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.number() >= 0) ::fsync(parent.number());
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void write_file(const fs::path& path, std::span<const std::uint8_t> bytes) { write_whole(path, bytes, true); }

void write_file(const fs::path& path, std::string_view text) { write_whole(path, bytes_of(text), true); }

void write_passing_file(const fs::path& path, std::string_view text) { write_whole(path, bytes_of(text), false); }

void append_to_file(const fs::path& path, std::string_view text) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK));
    regular(file, path, "be written");
    write_all(file.number(), bytes_of(text), path);
    if (!file.close()) fail(path, "be written", errno);
}

void remove_leftovers(const fs::path& folder, std::chrono::seconds age) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        int process = 0, used = 0;
        unsigned count = 0;
        const std::string name = entry.path().filename().string();
        if (std::sscanf(name.c_str(), ".tn-%d-%u.tmp%n", &process, &count, &used) != 2 ||
            used != static_cast<int>(name.size()))
            continue;
        std::error_code gone;
        const auto written = fs::last_write_time(entry.path(), gone);
        if (gone || (age.count() > 0 && fs::file_time_type::clock::now() - written < age)) continue;
        // Who writes it holds its lock. That there is a process of its number says nothing: it may be another one.
        const Descriptor file(::open(entry.path().c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        if (file.number() >= 0 && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0) fs::remove(entry.path(), ignored);
    }
}

}  // namespace tn
