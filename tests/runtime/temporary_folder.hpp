// A fresh folder for a test's files, removed at its end.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "runtime/core/error.hpp"

namespace tn_test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        // A name that was never used: a test that was killed leaves its folder, perhaps another user's.
        std::string name = (std::filesystem::temp_directory_path() / "typenet-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
        std::filesystem::permissions(path_, std::filesystem::perms(0755));  // a test runs a program as somebody else
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

    /// Writes a file, with the folders above it, and returns its path.
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }
    std::filesystem::path write(std::string_view name, std::span<const std::uint8_t> bytes) const {
        return write(name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }

private:
    std::filesystem::path path_;
};

/// The text of the Error that `f` throws; "" when it throws none.
template <class F> std::string error_of(F&& f) {
    try {
        f();
    } catch (const tn::Error& error) {
        return error.what();
    }
    return "";
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace tn_test
