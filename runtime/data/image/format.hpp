// What a file is, by its first bytes and not by its name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "runtime/data/image/bytes.hpp"

namespace tn::image {

/// The name of the format with its article, as in "a JPEG"; "" when it is none of those that are known. Formats that
/// may be read are JPEG, PNG, GIF, BMP, PNM (PBM, PGM and PPM), WebP and HEIF (HEIC and AVIF too).
struct Format {
    std::string_view name;     ///< as in Decoder::format; else for people, as in "a TIFF file"
    std::string_view text;     ///< with an article
    std::string_view package;  ///< of Debian, whose library reads it; "" when none of ours does
};

/// nullptr: of an unknown kind. Some 4 KB from the beginning are enough.
const Format* format_of(Bytes file);

/// Why a file of this kind is not read, as in "is a WebP file, which this build does not read: install libwebp-dev and
/// build again".
std::string why_not_read(const Format& format);

/// Whether pictures of a kind that can be read have this extension; upper or lower case.
bool is_picture_extension(std::string_view extension);
/// Those extensions, as in "jpg, jpeg, ...".
std::string picture_extensions();

/// Why a file with another extension is not used: what its bytes say that it is, and what its name.
std::string not_a_picture(const std::filesystem::path& path);

}  // namespace tn::image
