// What the tests of the decoders share: every decoder of a format is asked, also the one that another takes the place
// of.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/file.hpp"
#include "runtime/data/image.hpp"
#include "runtime/data/image/decode_with.hpp"
#include "runtime/data/image/decoders.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

namespace tn_test {

inline std::vector<const tn::image::Decoder*> decoders_of(std::string_view format) {
    std::vector<const tn::image::Decoder*> found;
    for (const tn::image::Decoder* d : tn::image::decoders())
        if (d->format == format) found.push_back(d);
    return found;
}

inline tn::Picture decode(const tn::image::Decoder& decoder, const Bytes& file, int channels = 3) {
    return tn::image::decode_with(decoder, file, channels, "x");
}

inline std::string refusal(const tn::image::Decoder& decoder, const Bytes& file, int channels = 3) {
    return error_of([&] { decode(decoder, file, channels); });
}
inline std::string refusal(const Bytes& file, int channels = 3) {
    return error_of([&] { tn::decode_picture(file, channels, "x"); });
}

/// Interleaved pixels as planes.
inline Bytes planes(const Bytes& pixels, int channels) {
    const auto n = static_cast<std::size_t>(channels);
    Bytes out;
    for (std::size_t c = 0; c < n; ++c)
        for (std::size_t i = c; i < pixels.size(); i += n) out.push_back(pixels[i]);
    return out;
}

/// A flat picture of one colour a plane.
inline tn::Picture flat(tn::PictureShape shape, std::uint8_t value) { return {shape, Bytes(shape.size(), value)}; }

/// The largest difference of two pixels; 1000 for another number of pixels.
inline int difference(const Bytes& a, const Bytes& b) {
    if (a.size() != b.size()) return 1000;
    int worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

inline Bytes first(const Bytes& file, std::size_t bytes) {
    return Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes));
}

inline Bytes joined(Bytes file, const Bytes& more) {
    file.insert(file.end(), more.begin(), more.end());
    return file;
}

/// The file with `part` put in at a place.
inline Bytes with_part(Bytes file, std::size_t place, const Bytes& part) {
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(place), part.begin(), part.end());
    return file;
}

/// Without every stretch that begins with these bytes and is as long as the two behind them say.
inline Bytes without_segments(Bytes file, const Bytes& marker) {
    for (auto at = std::search(file.begin(), file.end(), marker.begin(), marker.end()); at != file.end();
         at = std::search(file.begin(), file.end(), marker.begin(), marker.end()))
        at = file.erase(at, at + 2 + at[2] * 256 + at[3]);
    return file;
}

/// A picture of ../shared/cases; none, and a line that says so, where there is no such folder.
inline std::vector<tn::Picture> shared_pictures(const std::vector<std::string>& names, int channels = 3) {
    std::vector<tn::Picture> pictures;
    for (const std::string& name : names) {
        const std::filesystem::path path = std::filesystem::path(TN_SHARED_DIR) / "cases" / name;
        if (!std::filesystem::exists(path)) {
            std::cout << "SKIPPED: " << path << " does not exist\n";
            return {};
        }
        pictures.push_back(tn::read_picture(path, channels));
    }
    return pictures;
}

}  // namespace tn_test
