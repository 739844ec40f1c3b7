// PBM, PGM and PPM, binary and ASCII, of any maximum (Netpbm's pages pbm, pgm and ppm).
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

constexpr std::uint32_t max_side = 65535;

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The next character; a comment reads as the end of its line.
std::uint8_t character(Cursor& in) {
    std::uint8_t c = in.byte();
    if (c == '#')
        while (in.good && c != '\n' && c != '\r') c = in.byte();
    return c;
}

/// The next number, and one character of white space that ends it; over `max` reads as max + 1, and what is no such
/// number as none. The end of the file ends a number, too.
std::optional<std::uint32_t> number(Cursor& in, std::uint32_t max) {
    std::uint8_t c = character(in);
    while (in.good && is_space(c)) c = character(in);
    if (!in.good || c < '0' || c > '9') return std::nullopt;
    std::uint32_t value = 0;
    for (; in.good && c >= '0' && c <= '9'; c = character(in)) value = std::min(max + 1, value * 10 + (c - '0'));
    if (in.good && !is_space(c)) return std::nullopt;
    return value;
}

struct Form {
    bool bits = false, ascii = false;  ///< bits: PBM
    int channels = 1;
    std::uint32_t width = 0, height = 0, largest = 1;
};

Form form_of(Cursor& in) {
    in.skip(1);
    const int kind = in.byte() - '0';  // 1 to 6
    Form f;
    f.bits = kind == 1 || kind == 4;
    f.ascii = kind <= 3;
    f.channels = kind == 3 || kind == 6 ? 3 : 1;
    const auto width = number(in, max_side), height = number(in, max_side);
    const auto largest = f.bits ? std::optional<std::uint32_t>(1) : number(in, 65535);
    if (!in.good) throw Error(ends_early);
    if (!width || !height || !largest)
        throw Error(
            fmt::format("its header must hold {} numbers, each with white space behind it", f.bits ? "two" : "three"));
    if (*width == 0 || *height == 0 || *width > max_side || *height > max_side)
        throw Error(fmt::format("its header must give two sides of 1 to {} pixels", max_side));
    if (*largest == 0 || *largest > 65535) throw Error("its header must give a largest value of 1 to 65535");
    f.width = *width, f.height = *height, f.largest = *largest;
    return f;
}

Header header(Bytes file) {
    Cursor in(file);
    const Form f = form_of(in);
    return {f.width, f.height, 1};
}

/// Of 0 to `largest`, as 0 to 255.
std::uint8_t scaled(std::uint32_t value, std::uint32_t largest) {
    return static_cast<std::uint8_t>((std::min(value, largest) * 255 + largest / 2) / largest);
}

/// In a PBM 1 is black, and digits need no space between them.
void read_ascii(Cursor& in, const Form& f, Decoded& d) {
    const std::size_t samples = d.row() * d.rows();
    for (std::size_t i = 0; i < samples; ++i) {
        if (f.bits) {
            std::uint8_t c = character(in);
            while (in.good && is_space(c)) c = character(in);
            if (!in.good) throw Error(ends_early);
            if (c != '0' && c != '1') throw Error("its pixels must be 0 or 1");
            d.pixels[i] = c == '0' ? 255 : 0;
        } else {
            const auto value = number(in, 65535);
            if (!value && !in.good) throw Error(ends_early);
            if (!value) throw Error("its pixels must be numbers");
            d.pixels[i] = scaled(*value, f.largest);
        }
    }
}

void read_bits(Cursor& in, Decoded& d) {
    for (std::int64_t y = 0; y < d.height; ++y) {
        const Bytes row = in.take((d.row() + 7) / 8);
        if (!in.good) throw Error(ends_early);
        for (std::size_t x = 0; x < d.row(); ++x) d.line(y)[x] = row[x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
    }
}

void read_samples(Cursor& in, const Form& f, Decoded& d) {
    const std::size_t samples = d.row() * d.rows(), width = f.largest > 255 ? 2 : 1;
    const Bytes raw = in.take(samples * width);
    if (!in.good) throw Error(ends_early);
    if (f.largest == 255)
        std::copy(raw.begin(), raw.end(), d.pixels.get());
    else if (width == 1)
        for (std::size_t i = 0; i < samples; ++i) d.pixels[i] = scaled(raw[i], f.largest);
    else
        for (std::size_t i = 0; i < samples; ++i) d.pixels[i] = scaled(raw[2 * i] * 256u + raw[2 * i + 1], f.largest);
}

Decoded decode(Bytes file, bool) {
    Cursor in(file);
    const Form f = form_of(in);
    // Looked at before memory is taken for them: a pixel takes at least a bit, in ASCII a character.
    const std::uint64_t samples = std::uint64_t{f.width} * f.height * static_cast<unsigned>(f.channels);
    if ((f.bits && !f.ascii ? samples / 8 : samples) > file.size() - in.at) throw Error(ends_early);
    Decoded d(f.width, f.height, f.channels);
    if (f.ascii)
        read_ascii(in, f, d);
    else if (f.bits)
        read_bits(in, d);
    else
        read_samples(in, f, d);
    return d;
}

}  // namespace

const Decoder embedded_pnm{"PNM", [] { return std::string("typenet"); }, header, decode};

}  // namespace tn::image
