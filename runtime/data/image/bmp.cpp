// BMP of Windows and OS/2 (Windows SDK, BITMAPINFOHEADER to BITMAPV5HEADER; OS/2 2.0, BITMAPINFOHEADER2).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "runtime/data/image/bmp_run_length.hpp"
#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

enum Compression : std::uint32_t {
    none = 0,
    run_length_8 = 1,
    run_length_4 = 2,
    bit_fields = 3,
    in_jpeg = 4,
    in_png = 5,
    alpha_bit_fields = 6
};

struct Form {
    std::int64_t width = 0, height = 0;
    bool from_the_top = false;
    int bits = 0;
    std::uint32_t compression = none;
    std::array<std::uint32_t, 4> masks{};  ///< red, green, blue, alpha
    std::vector<std::array<std::uint8_t, 3>> palette;
    std::uint64_t pixels = 0;  ///< where they begin
};

void check_form(const Form& f, std::uint32_t header_bytes) {
    const bool os2 = header_bytes == 12 || header_bytes == 16 || header_bytes == 64;
    if (f.compression == in_jpeg || f.compression == in_png)
        throw Error(fmt::format("is a BMP with a {} in it, which typenet does not read: convert it to PNG",
                                f.compression == in_jpeg ? "JPEG" : "PNG"));
    if (f.compression > alpha_bit_fields || (os2 && f.compression > run_length_4))
        throw Error(
            fmt::format("is a BMP of compression {}, which typenet does not read: convert it to PNG", f.compression));
    const std::array<int, 7> depths{1, 2, 4, 8, 16, 24, 32};
    if (std::find(depths.begin(), depths.end(), f.bits) == depths.end())
        throw Error(fmt::format("its pixels have {} bits, which BMP does not have", f.bits));
    const bool fields = f.compression == bit_fields || f.compression == alpha_bit_fields;
    if ((f.compression == run_length_8 && f.bits != 8) || (f.compression == run_length_4 && f.bits != 4) ||
        (fields && f.bits != 16 && f.bits != 32))
        throw Error(fmt::format("its pixels have {} bits, which compression {} does not have", f.bits, f.compression));
}

/// Red, green and blue where the file does not say.
std::array<std::uint32_t, 4> usual_masks(int bits) {
    if (bits == 16) return {0x7C00, 0x03E0, 0x001F, 0};
    return {0xFF0000, 0x00FF00, 0x0000FF, 0};
}

/// Entries of 3 bytes (OS/2 1) or 4, as many as there are before the pixels.
void read_palette(Cursor& in, Form& f, std::uint32_t used, std::size_t entry_bytes) {
    const std::uint64_t all = std::uint64_t{1} << f.bits, end = f.pixels > in.at ? f.pixels : in.bytes.size();
    const std::uint64_t entries =
        std::min({used ? std::min<std::uint64_t>(used, all) : all, (end - in.at) / entry_bytes});
    for (std::uint64_t i = 0; i < entries; ++i) {
        const Bytes entry = in.take(entry_bytes);
        if (!in.good) throw Error(ends_early);
        f.palette.push_back({entry[2], entry[1], entry[0]});
    }
    f.palette.resize(static_cast<std::size_t>(all));  // what a file leaves out is black
}

Form form_of(Bytes file, bool with_palette) {
    Cursor in(file, 10);
    Form f;
    f.pixels = in.little(4);
    const std::uint32_t size = in.little(4);
    const bool first = size == 12;
    if (in.good && !first && (size < 16 || size > 1024))
        throw Error(fmt::format("its header has {} bytes, which BMP does not have", size));
    const auto side = [&]() -> std::int64_t {
        if (first) return in.little(2);
        return std::bit_cast<std::int32_t>(in.little(4));
    };
    f.width = side();
    f.height = side();
    in.skip(2);
    f.bits = static_cast<int>(in.little(2));
    const auto field = [&](std::uint32_t offset) {
        return size >= offset + 4 ? Cursor(file, 14 + offset).little(4) : 0;
    };
    f.compression = field(16);
    if (!in.good || 14 + std::uint64_t{size} > file.size()) throw Error(ends_early);
    check_form(f, size);
    f.from_the_top = f.height < 0;
    f.height = std::abs(f.height);
    f.masks = usual_masks(f.bits);
    std::uint64_t end = 14 + std::uint64_t{size};
    const bool fields = f.compression == bit_fields || f.compression == alpha_bit_fields;
    if (fields) {
        // A header of 40 bytes has them behind it; a longer one within, the fourth from 56 bytes on.
        const std::uint32_t count = size >= 56 || f.compression == alpha_bit_fields ? 4 : 3;
        Cursor masks(file, 14 + 40);
        for (std::uint32_t i = 0; i < count; ++i) f.masks[i] = masks.little(4);
        if (!masks.good) throw Error(ends_early);
        end = std::max(end, std::uint64_t{masks.at});
    }
    Cursor after(file, static_cast<std::size_t>(end));
    if (f.bits <= 8 && with_palette) read_palette(after, f, field(32), first ? 3 : 4);
    if (f.pixels < 14) f.pixels = f.bits <= 8 ? after.at : end;
    return f;
}

Header header(Bytes file) {
    const Form f = form_of(file, false);
    return {f.width, f.height, 1};
}

/// The bits under a mask as 0 to 255.
std::uint8_t under(std::uint32_t mask, std::uint32_t value) {
    if (!mask) return 0;
    const int shift = std::countr_zero(mask);
    const std::uint64_t largest = mask >> shift, part = (value & mask) >> shift;
    return static_cast<std::uint8_t>((part * 255 + largest / 2) / largest);
}

void read_palette_row(const Form& f, const std::uint8_t* row, std::uint8_t* out) {
    const auto bits = static_cast<std::size_t>(f.bits), per_byte = 8 / bits;
    for (std::size_t x = 0; x < static_cast<std::size_t>(f.width); ++x, out += 3) {
        const unsigned index = row[x / per_byte] >> (8 - bits - x % per_byte * bits) & ((1u << bits) - 1);
        std::copy(f.palette[index].begin(), f.palette[index].end(), out);
    }
}

void read_colour_row(const Form& f, Bytes row, std::uint8_t* out) {
    Cursor in(row);
    const bool plain = f.compression == none && f.bits >= 24, alpha = f.masks[3] != 0;
    for (std::int64_t x = 0; x < f.width; ++x) {
        const std::uint32_t value = in.little(f.bits / 8);
        for (std::size_t c = 0; c < (alpha ? 4u : 3u); ++c)
            *out++ = plain ? static_cast<std::uint8_t>(value >> (16 - 8 * c)) : under(f.masks[c], value);
    }
}

/// Many programs leave the alpha of an opaque picture at 0.
void show_what_is_invisible(Decoded& d) {
    const std::size_t end = d.row() * d.rows();
    for (std::size_t i = 3; i < end; i += 4)
        if (d.pixels[i]) return;
    for (std::size_t i = 3; i < end; i += 4) d.pixels[i] = 255;
}

Decoded decode(Bytes file, bool) {
    const Form f = form_of(file, true);
    if (f.pixels > file.size()) throw Error(ends_early);
    const auto place = [&](std::int64_t y) { return f.from_the_top ? y : f.height - 1 - y; };
    if (f.compression == run_length_8 || f.compression == run_length_4) {
        const Pixels indices =
            unpack_run_length(file.subspan(static_cast<std::size_t>(f.pixels)), f.width, f.height, f.bits);
        Decoded d(f.width, f.height, 3);
        for (std::int64_t y = 0; y < f.height; ++y)
            for (std::int64_t x = 0; x < f.width; ++x) {
                const auto& colour = f.palette[indices[static_cast<std::size_t>(y * f.width + x)]];
                std::copy(colour.begin(), colour.end(), d.line(place(y)) + 3 * x);
            }
        return d;
    }
    const auto used = static_cast<std::uint64_t>((f.width * f.bits + 7) / 8), stride = (used + 3) / 4 * 4;
    if (f.pixels + stride * static_cast<std::uint64_t>(f.height - 1) + used > file.size()) throw Error(ends_early);
    Decoded d(f.width, f.height, f.masks[3] ? 4 : 3);
    for (std::int64_t y = 0; y < f.height; ++y) {
        const Bytes row = file.subspan(static_cast<std::size_t>(f.pixels + stride * static_cast<std::uint64_t>(y)),
                                       static_cast<std::size_t>(used));
        if (f.bits <= 8)
            read_palette_row(f, row.data(), d.line(place(y)));
        else
            read_colour_row(f, row, d.line(place(y)));
    }
    if (d.channels == 4) show_what_is_invisible(d);
    return d;
}

}  // namespace

const Decoder embedded_bmp{"BMP", [] { return std::string("typenet"); }, header, decode};

}  // namespace tn::image
