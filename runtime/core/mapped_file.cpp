#include "runtime/core/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tn {

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path.string()) {
    const auto fail = [&](const std::string& reason) { throw Error(path_ + ": " + reason); };
    const auto reason = [] { return "cannot be read: " + std::generic_category().message(errno); };
    // Without O_NONBLOCK opening a named pipe waits for a writer.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) fail(reason());
    struct stat status {};
    void* at = MAP_FAILED;
    std::string problem;
    if (::fstat(file, &status) != 0)
        problem = reason();
    else if (!S_ISREG(status.st_mode))
        problem = "must be a regular file";
    else if (status.st_size > 0 &&
             (at = ::mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, file, 0)) == MAP_FAILED)
        problem = reason();
    ::close(file);
    if (!problem.empty()) fail(problem);
    if (at != MAP_FAILED) bytes_ = {static_cast<const std::uint8_t*>(at), static_cast<std::size_t>(status.st_size)};
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace tn
