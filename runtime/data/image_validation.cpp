#include "runtime/data/image_validation.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace tn {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint64_t max_side = 65535;
/// Every scan of a progressive JPEG makes the decoder visit all pixels, however short it is; an encoder makes about 10.
constexpr std::uint64_t max_visits = std::uint64_t{1} << 30;
const std::string ends_early = "it ends early";

/// Reads forward through the bytes; past the end every byte is 0 and `good` is false.
struct Cursor {
    Bytes bytes;
    std::size_t at = 0;
    bool good = true;

    std::uint8_t byte() {
        if (at < bytes.size()) return bytes[at++];
        good = false;
        return 0;
    }
    void skip(std::uint64_t n) {
        if (n <= bytes.size() - at) {
            at += static_cast<std::size_t>(n);
        } else {
            at = bytes.size();
            good = false;
        }
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

bool starts_with(Bytes bytes, std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// The decoder's Huffman tables hold 256 codes and it does not check; its fast table needs the number 255 for itself.
/// A table of 8-bit JPEG has at most 176.
bool huffman_tables_fit(Bytes segment) {
    while (segment.size() >= 17) {
        std::size_t codes = 0;
        for (const std::uint8_t n : segment.subspan(1, 16)) codes += n;
        if (codes > 255 || codes > segment.size() - 17) return false;
        segment = segment.subspan(17 + codes);
    }
    return segment.empty();
}

/// Height times width in the header of a JPEG's frame.
std::uint64_t frame_pixels(Bytes segment) {
    Cursor header{segment, std::min<std::size_t>(1, segment.size())};
    const std::uint64_t height = header.big(2);
    return height * header.big(2);
}

/// Visits every segment that the decoder can reach: marker by marker, and over the coded pixels to the next marker.
std::string jpeg_damage(Bytes bytes) {
    Cursor cursor{bytes};
    std::uint64_t pixels = 0, scans = 0;
    for (;;) {
        while (cursor.good && cursor.byte() != 0xFF) {
        }
        std::uint8_t marker = 0xFF;
        while (cursor.good && marker == 0xFF) marker = cursor.byte();
        if (!cursor.good) return ends_early;
        if (marker == 0xD9) return "";                                       // end of image
        if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // these have no length
        const std::size_t length = cursor.big(2);
        if (length < 2) return "it has a segment without a length";
        const std::size_t start = cursor.at;
        cursor.skip(length - 2);
        if (!cursor.good) return ends_early;
        const Bytes segment = bytes.subspan(start, length - 2);
        if (marker == 0xC4 && !huffman_tables_fit(segment)) return "its Huffman tables are malformed";
        if (marker >= 0xC0 && marker <= 0xC2) pixels = frame_pixels(segment);
        if (marker == 0xDA && ++scans * std::max<std::uint64_t>(pixels, 1 << 20) > max_visits)
            return fmt::format("it has more than {} scans", scans - 1);
    }
}

std::string png_damage(Bytes bytes) {
    Cursor cursor{bytes, 8};
    for (;;) {
        const std::uint32_t length = cursor.big(4);
        const std::size_t start = cursor.at;
        const std::uint32_t type = cursor.big(4);
        cursor.skip(length);
        const Bytes covered = bytes.subspan(start, cursor.at - start);
        const std::uint32_t checksum = cursor.big(4);
        if (!cursor.good) return ends_early;
        if (type >> 24 & 0x20) continue;  // ancillary: not needed to decode
        constexpr std::uint32_t ihdr = 0x49484452, plte = 0x504C5445, idat = 0x49444154, iend = 0x49454E44;
        if (type != ihdr && type != plte && type != idat && type != iend)
            return "it has a PNG chunk of an unknown kind";
        if (crc32(0, covered.data(), static_cast<uInt>(covered.size())) != checksum)
            return "a checksum of its PNG chunks is wrong";
        if (type == iend) return "";
    }
}

void skip_gif_blocks(Cursor& cursor) {
    while (const std::uint8_t length = cursor.byte()) cursor.skip(length);
}

std::string gif_damage(Bytes bytes) {
    Cursor cursor{bytes, 10};
    const auto skip_palette = [&](std::uint8_t flags) {
        if (flags & 0x80) cursor.skip(std::uint64_t{3} * (std::uint64_t{2} << (flags & 7)));
    };
    const std::uint8_t flags = cursor.byte();
    cursor.skip(2);
    skip_palette(flags);
    while (cursor.good) {
        const std::uint8_t block = cursor.byte();
        if (block == 0x21) {  // an extension
            cursor.skip(1);
            skip_gif_blocks(cursor);
        } else if (block == 0x2C) {  // the first frame
            cursor.skip(8);
            skip_palette(cursor.byte());
            cursor.skip(1);
            skip_gif_blocks(cursor);
            return cursor.good ? "" : ends_early;
        } else if (cursor.good) {
            return block == 0x3B ? "the GIF holds no picture" : "it has a GIF block of an unknown kind";
        }
    }
    return ends_early;
}

std::string bmp_damage(Bytes bytes) {
    Cursor cursor{bytes, 10};
    const std::uint64_t offset = cursor.little(4);
    const bool old = cursor.little(4) == 12;
    const std::uint64_t width = cursor.little(old ? 2 : 4);
    std::uint64_t height = cursor.little(old ? 2 : 4);
    if (!old && height >> 31) height = (std::uint64_t{1} << 32) - height;  // negative: the top row comes first
    cursor.skip(2);
    const std::uint64_t bits = cursor.little(2);
    if (!cursor.good) return ends_early;
    if (width == 0 || height == 0 || width > max_side || height > max_side)
        return fmt::format("its sides must be 1 to {} pixels, not {} x {}", max_side, width, height);
    const std::uint64_t row = (width * bits + 31) / 32 * 4;
    return offset + row * (height - 1) + (width * bits + 7) / 8 > bytes.size() ? ends_early : "";
}

/// A number of a PGM or PPM header, after white space and comments, with the white space that must follow it; over
/// `max` reads as max + 1, and what is no such number as none.
std::optional<std::uint64_t> pnm_number(Cursor& cursor, std::uint64_t max) {
    const auto is_space = [](std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    std::uint8_t c = cursor.byte();
    while (cursor.good && (c == '#' || is_space(c))) {
        if (c == '#')
            while (cursor.good && c != '\n' && c != '\r') c = cursor.byte();
        c = cursor.byte();
    }
    if (c < '0' || c > '9') return std::nullopt;
    std::uint64_t value = 0;
    for (; cursor.good && c >= '0' && c <= '9'; c = cursor.byte())
        value = std::min(max + 1, value * 10 + static_cast<std::uint64_t>(c - '0'));
    if (!is_space(c)) return std::nullopt;
    return value;
}

std::string pnm_damage(Bytes bytes) {
    Cursor cursor{bytes, 2};
    const auto width = pnm_number(cursor, max_side), height = pnm_number(cursor, max_side);
    const auto largest = pnm_number(cursor, 65535);
    if (!cursor.good) return ends_early;
    if (!width || !height || !largest) return "its header must hold three numbers, each with white space behind it";
    if (*width == 0 || *height == 0 || *width > max_side || *height > max_side)
        return fmt::format("its header must give two sides of 1 to {} pixels", max_side);
    if (*largest != 255) return "its header must give 255 as the largest value";
    return *width * *height * (bytes[1] == '6' ? 3 : 1) > bytes.size() - cursor.at ? ends_early : "";
}

}  // namespace

std::string image_damage(Bytes bytes) {
    if (bytes.empty()) return "it is empty";
    if (bytes[0] == 0xFF) return jpeg_damage(bytes);
    if (starts_with(bytes, "\x89PNG\r\n\x1A\n")) return png_damage(bytes);
    if (starts_with(bytes, "GIF8")) return bytes.size() < 13 ? ends_early : gif_damage(bytes);
    if (starts_with(bytes, "BM")) return bytes.size() < 26 ? ends_early : bmp_damage(bytes);
    if (starts_with(bytes, "P5") || starts_with(bytes, "P6")) return pnm_damage(bytes);
    return "";
}

}  // namespace tn
