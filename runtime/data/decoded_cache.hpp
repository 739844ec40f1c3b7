// Decoded pictures kept in a file, so that a folder of photographs is decoded and scaled once and not for every run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/image.hpp"

namespace tn {

/// What a picture file is known by: one with the same stamp has the same pixels. Size and time of modification alone
/// do not tell: two files that change names keep theirs, and a program can set the time back. The time of the last
/// change of the inode (ctime) is set by the system, on every write and rename.
struct PictureStamp {
    std::string path;  ///< absolute
    std::uint64_t bytes = 0;
    std::uint64_t inode = 0;
    std::int64_t modified = 0, changed = 0;  ///< mtime and ctime, in nanoseconds since 1970
    auto operator<=>(const PictureStamp&) const = default;
};

/// The stamp of a file as it is now. Throws Error "path: reason".
PictureStamp stamp_of(const std::filesystem::path& path);

/// What decodes pictures here, and how, in one line: with other libraries or another ground the pixels are others.
std::string decoding_on(Ground ground = {});

/// What was kept of one folder, shape and fit, decoded in the same way.
class DecodedCache {
public:
    /// Reads the file that keep() wrote for these in `folder`; `decoders` is what decoding_on() says. When
    /// there is none, or it is damaged, or of another shape or other decoders, it knows no picture.
    DecodedCache(const std::filesystem::path& folder, const std::filesystem::path& pictures, PictureShape shape,
                 Fit fit, const std::string& decoders = decoding_on());

    /// The shape.size() pixels of that picture; empty when they are not known.
    std::span<const std::uint8_t> find(const PictureStamp& stamp) const;
    std::size_t size() const { return place_.size(); }

    /// Writes these pictures, stamps.size() times shape.size() bytes, and only these, as a whole or not at all;
    /// `folder` is made, as an OutputFolder, if it does not exist, and what processes left there that were killed over
    /// an hour ago is removed.
    /// Throws Error "path: reason".
    void keep(const std::vector<PictureStamp>& stamps, std::span<const std::uint8_t> pixels) const;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    PictureShape shape_;
    Fit fit_;
    std::string heading_;
    std::vector<std::uint8_t> file_;
    std::map<PictureStamp, std::size_t> place_;  // in file_
};

}  // namespace tn
