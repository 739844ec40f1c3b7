// Small picture files made from pixels, and what damages them.
#pragma once

#include <stb/stb_image_write.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/random.hpp"

namespace tn_test {

using Bytes = std::vector<std::uint8_t>;

inline void append_bytes(void* context, void* data, int size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    static_cast<Bytes*>(context)->insert(static_cast<Bytes*>(context)->end(), bytes, bytes + size);
}

/// Interleaved pixels with a smooth ramp in every colour.
inline Bytes ramp(int width, int height, int channels) {
    Bytes pixels;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                pixels.push_back(static_cast<std::uint8_t>((x * 9 + y * 5 + c * 40) % 256));
    return pixels;
}

inline Bytes png(const Bytes& pixels, int width, int height, int channels) {
    Bytes file;
    stbi_write_png_to_func(append_bytes, &file, width, height, channels, pixels.data(), 0);
    return file;
}

inline Bytes jpeg(const Bytes& pixels, int width, int height, int channels) {
    Bytes file;
    stbi_write_jpg_to_func(append_bytes, &file, width, height, channels, pixels.data(), 95);
    return file;
}

inline Bytes bmp(const Bytes& pixels, int width, int height, int channels) {
    Bytes file;
    stbi_write_bmp_to_func(append_bytes, &file, width, height, channels, pixels.data());
    return file;
}

inline Bytes pnm(const Bytes& pixels, int width, int height, int channels) {
    const std::string header = (channels == 3 ? "P6\n# a comment\n" : "P5\n# a comment\n") + std::to_string(width) +
                               " " + std::to_string(height) + "\n255\n";
    Bytes file(header.begin(), header.end());
    file.insert(file.end(), pixels.begin(), pixels.end());
    return file;
}

inline void little(Bytes& file, std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void big(Bytes& file, std::uint32_t value, int width) {
    for (int i = width - 1; i >= 0; --i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void text(Bytes& file, std::string_view characters) {
    file.insert(file.end(), characters.begin(), characters.end());
}

/// A GIF of `frames` equal frames with a grey palette of 128 entries (entry i is the colour 2 i). Its codes are kept
/// at 8 bits by a clear code before every pixel that would widen them.
inline Bytes gif(const Bytes& indices, int width, int height, int frames = 1) {
    Bytes file;
    text(file, "GIF89a");
    little(file, static_cast<std::uint32_t>(width), 2);
    little(file, static_cast<std::uint32_t>(height), 2);
    little(file, 0x000086u | 0x80u, 3);
    for (int i = 0; i < 128; ++i) file.insert(file.end(), 3, static_cast<std::uint8_t>(2 * i));
    for (int frame = 0; frame < frames; ++frame) {
        file.push_back(0x2C);
        little(file, 0, 4);
        little(file, static_cast<std::uint32_t>(width), 2);
        little(file, static_cast<std::uint32_t>(height), 2);
        file.push_back(0);
        file.push_back(7);
        for (std::size_t start = 0; start < indices.size(); start += 100) {
            const std::size_t count = std::min<std::size_t>(100, indices.size() - start);
            file.push_back(static_cast<std::uint8_t>(count + 1));
            file.push_back(128);  // clear
            for (std::size_t i = start; i < start + count; ++i)
                file.push_back(static_cast<std::uint8_t>((indices[i] + frame) % 128));
        }
        file.insert(file.end(), {1, 129, 0});  // end of the stream, end of the blocks
    }
    file.push_back(0x3B);
    return file;
}

/// A progressive JPEG of 24 x 24 middle grey pixels: a baseline one's tables, then scans whose codes all say "zero" (in
/// the tables of stb_image_write 00 for a DC difference and for the colours' end of block, 1010 for the brightness').
inline Bytes progressive_jpeg() {
    Bytes file = jpeg(ramp(24, 24, 3), 24, 24, 3);
    const auto marker = [&](std::uint8_t kind) {
        const Bytes pair{0xFF, kind};
        return std::search(file.begin(), file.end(), pair.begin(), pair.end());
    };
    *(marker(0xC0) + 1) = 0xC2;
    file.erase(marker(0xDA), file.end());
    const auto scan = [&](const Bytes& components, std::uint8_t first, std::uint8_t last, std::uint8_t bits,
                          std::size_t coded, std::uint8_t code) {
        file.insert(file.end(), {0xFF, 0xDA, 0, static_cast<std::uint8_t>(6 + components.size()),
                                 static_cast<std::uint8_t>(components.size() / 2)});
        file.insert(file.end(), components.begin(), components.end());
        file.insert(file.end(), {first, last, bits});
        file.insert(file.end(), coded, code);
    };
    scan({1, 0x00, 2, 0x11, 3, 0x11}, 0, 0, 0x01, 7, 0x00);
    for (const std::uint8_t bits : {std::uint8_t{0x01}, std::uint8_t{0x10}}) {  // a first look, then the last bit
        scan({1, 0x00}, 1, 63, bits, 5, 0xAA);
        scan({2, 0x11}, 1, 63, bits, 3, 0x00);
        scan({3, 0x11}, 1, 63, bits, 3, 0x00);
    }
    scan({1, 0x00, 2, 0x11, 3, 0x11}, 0, 0, 0x10, 4, 0x00);
    file.insert(file.end(), {0xFF, 0xD9});
    return file;
}

/// An APP1 segment with the orientation tag, to be inserted behind the first two bytes of a JPEG.
inline Bytes exif_segment(int orientation, bool big_endian) {
    Bytes tiff;
    const auto number = [&](std::uint32_t value, int width) { (big_endian ? big : little)(tiff, value, width); };
    text(tiff, big_endian ? "MM" : "II");
    number(42, 2);
    number(8, 4);
    number(2, 2);       // two entries
    number(0x0100, 2);  // one that does not matter
    number(4, 2);
    number(1, 4);
    number(77, 4);
    number(0x0112, 2);
    number(3, 2);
    number(1, 4);
    number(static_cast<std::uint32_t>(orientation), 2);
    number(0, 2);
    number(0, 4);
    Bytes segment{0xFF, 0xE1};
    big(segment, static_cast<std::uint32_t>(2 + 6 + tiff.size()), 2);
    text(segment, std::string_view("Exif\0\0", 6));
    segment.insert(segment.end(), tiff.begin(), tiff.end());
    return segment;
}

inline Bytes with_exif(Bytes jpeg_file, const Bytes& segment) {
    jpeg_file.insert(jpeg_file.begin() + 2, segment.begin(), segment.end());
    return jpeg_file;
}

/// The file with one to four changes: a bit, a byte, an extreme byte, a cut, a removed or a doubled stretch.
inline Bytes mutated(Bytes file, std::uint64_t index) {
    tn::Random random(20240501, 1000, index);
    const auto place = [&] { return random.below(static_cast<std::uint32_t>(file.size())); };
    const auto at = [&](std::uint32_t i) { return file.begin() + static_cast<std::ptrdiff_t>(i); };
    for (std::uint32_t n = 1 + random.below(4); n > 0 && !file.empty(); --n) switch (random.below(8)) {
            case 0: file.resize(place()); break;
            case 1: {
                const std::uint32_t from = place();
                file.erase(at(from),
                           at(from + std::min(1 + random.below(16), static_cast<std::uint32_t>(file.size()) - from)));
                break;
            }
            case 2: {
                const std::uint32_t from = place();
                const Bytes part(at(from), at(from + std::min(1 + random.below(16),
                                                              static_cast<std::uint32_t>(file.size()) - from)));
                file.insert(at(place()), part.begin(), part.end());
                break;
            }
            case 3: file[place()] = random.chance(0.5f) ? 0xFF : 0x00; break;
            case 4:
                file[random.below(std::min(64u, static_cast<std::uint32_t>(file.size())))] =
                    static_cast<std::uint8_t>(random.word());
                break;
            case 5: file[place()] = static_cast<std::uint8_t>(random.word()); break;
            default: file[place()] ^= static_cast<std::uint8_t>(1u << random.below(8));
        }
    return file;
}

/// Makes the checksums of a PNG's chunks right again, as far as the chunks go.
inline Bytes with_png_checksums(Bytes file) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
        const std::size_t length = std::size_t{file[at]} << 24 | std::size_t{file[at + 1]} << 16 |
                                   std::size_t{file[at + 2]} << 8 | file[at + 3];
        if (length > file.size() - at - 12) break;
        const std::uint32_t sum =
            static_cast<std::uint32_t>(crc32(0, file.data() + at + 4, static_cast<uInt>(length + 4)));
        for (std::size_t i = 0; i < 4; ++i) file[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
        at += 12 + length;
    }
    return file;
}

}  // namespace tn_test
