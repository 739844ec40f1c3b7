// A file as memory, of which the system reads what is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>

#include "runtime/core/error.hpp"

namespace tn {

/// A regular file, read-only, for data sets that are larger than the memory. It must not be made shorter while it is
/// mapped: reading what is gone ends the program (SIGBUS).
class MappedFile {
public:
    /// Throws Error "path: reason" when it is no regular file, or cannot be mapped.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::uint8_t> bytes() const { return bytes_; }

    /// Its numbers of type T, in this machine's byte order, behind the first `offset` bytes. Throws Error unless these
    /// are a multiple of T's size, and the rest is whole numbers.
    template <class T> std::span<const T> values(std::size_t offset = 0) const {
        static_assert(std::is_arithmetic_v<T>);
        if (offset % alignof(T) != 0 || offset > bytes_.size() || (bytes_.size() - offset) % sizeof(T) != 0)
            throw Error(path_ + ": has " + std::to_string(bytes_.size()) + " bytes, which behind the first " +
                        std::to_string(offset) + " are no numbers of " + std::to_string(sizeof(T)) + " bytes");
        return {reinterpret_cast<const T*>(bytes_.data() + offset), (bytes_.size() - offset) / sizeof(T)};
    }

private:
    std::string path_;
    std::span<const std::uint8_t> bytes_;
};

}  // namespace tn
