// Reading forward through the bytes of a file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tn::image {

using Bytes = std::span<const std::uint8_t>;

inline bool starts_with(Bytes bytes, std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// Whether `magic` stands `offset` bytes behind the beginning.
inline bool has_at(Bytes bytes, std::size_t offset, std::string_view magic) {
    return bytes.size() >= offset && starts_with(bytes.subspan(offset), magic);
}

/// Reads forward through the bytes; past the end every byte is 0 and `good` is false.
struct Cursor {
    Bytes bytes;
    std::size_t at = 0;
    bool good = true;

    explicit Cursor(Bytes all, std::size_t start = 0)
        : bytes(all), at(std::min(start, all.size())), good(start <= all.size()) {}

    std::uint8_t byte() {
        if (at < bytes.size()) return bytes[at++];
        good = false;
        return 0;
    }
    void skip(std::uint64_t n) { take(n); }
    /// The next n bytes, or what is left of them.
    Bytes take(std::uint64_t n) {
        const std::size_t start = at, left = bytes.size() - at;
        if (n > left) good = false;
        at += n > left ? left : static_cast<std::size_t>(n);
        return bytes.subspan(start, at - start);
    }
    std::uint32_t little(int width) {
        std::uint32_t value = 0;
        for (int i = 0; i < width; ++i) value |= std::uint32_t{byte()} << (8 * i);
        return value;
    }
    std::uint32_t big(int width) {
        std::uint32_t value = 0;
        for (int i = 0; i < width; ++i) value = value << 8 | byte();
        return value;
    }
};

}  // namespace tn::image
