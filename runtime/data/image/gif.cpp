// The first frame of a GIF (CompuServe, GIF89a).
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

using Palette = std::array<std::uint8_t, 768>;

struct Frame {
    std::int64_t screen_width = 0, screen_height = 0;
    std::int64_t left = 0, top = 0, width = 0, height = 0;
    bool interlaced = false;
    int transparent = -1;  ///< an index
    Palette palette{};     ///< what a file leaves out is black
    int code_bits = 0;
    std::vector<std::uint8_t> codes;
};

/// Sub-blocks up to the empty one that ends them, joined.
std::vector<std::uint8_t> take_blocks(Cursor& in) {
    std::vector<std::uint8_t> joined;
    while (const std::uint8_t length = in.byte()) {
        const Bytes block = in.take(length);
        joined.insert(joined.end(), block.begin(), block.end());
    }
    return joined;
}

void take_palette(Cursor& in, std::uint8_t flags, Palette& palette) {
    if (!(flags & 0x80)) return;
    const Bytes entries = in.take(std::uint64_t{3} * (std::uint64_t{2} << (flags & 7)));
    palette.fill(0);
    std::copy(entries.begin(), entries.end(), palette.begin());
}

/// An extension; of a graphic control extension, the transparent index.
void take_extension(Cursor& in, Frame& frame) {
    const bool control = in.byte() == 0xF9;
    const std::vector<std::uint8_t> content = take_blocks(in);
    if (control && content.size() >= 4) frame.transparent = content[0] & 1 ? content[3] : -1;
}

/// Moves to the first frame and reads what stands before its codes.
Frame frame_of(Cursor& in) {
    Frame f;
    in.skip(6);
    f.screen_width = in.little(2);
    f.screen_height = in.little(2);
    const std::uint8_t flags = in.byte();
    in.skip(2);
    take_palette(in, flags, f.palette);
    for (std::uint8_t block = in.byte(); block != 0x2C; block = in.byte()) {
        if (!in.good) throw Error(ends_early);
        if (block == 0x3B) throw Error("the GIF holds no picture");
        if (block != 0x21) throw Error("it has a GIF block of an unknown kind");
        take_extension(in, f);
    }
    f.left = in.little(2);
    f.top = in.little(2);
    f.width = in.little(2);
    f.height = in.little(2);
    const std::uint8_t local = in.byte();
    f.interlaced = local & 0x40;
    take_palette(in, local, f.palette);
    f.code_bits = in.byte();
    if (!in.good) throw Error(ends_early);
    return f;
}

Header header(Bytes file) {
    Cursor in(file);
    const Frame f = frame_of(in);
    // A screen that is too small for the first frame grows, as in browsers.
    return {std::max(f.screen_width, f.left + f.width), std::max(f.screen_height, f.top + f.height), 1};
}

/// Variable-length codes of LZW (GIF89a, appendix F). Calls `put` for every index until it returns false.
template <class Put> void unpack(const std::vector<std::uint8_t>& codes, int code_bits, Put put) {
    if (code_bits < 1 || code_bits > 8) throw Error("its codes have a length that GIF does not have");
    constexpr int most = 4096;
    struct Entry {
        std::int16_t prefix;
        std::uint8_t first, last;
    };
    std::array<Entry, most> table{};
    std::array<std::uint8_t, most> text{};
    const int clear = 1 << code_bits, end = clear + 1;
    for (int i = 0; i < clear; ++i)
        table[static_cast<std::size_t>(i)] = {-1, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i)};
    int bits = code_bits + 1, next = end + 1, old = -1;
    std::uint32_t buffer = 0;
    int filled = 0;
    for (const std::uint8_t byte : codes) {
        buffer |= std::uint32_t{byte} << filled;
        filled += 8;
        while (filled >= bits) {
            const int code = static_cast<int>(buffer & ((1u << bits) - 1));
            buffer >>= bits;
            filled -= bits;
            if (code == end) return;
            if (code == clear) {
                bits = code_bits + 1, next = end + 1, old = -1;
                continue;
            }
            if (code > next || (code == next && old < 0) || (old < 0 && code > end))
                throw Error("its codes are damaged");
            // A table that is full stays as it is until it is cleared, however late that is.
            if (old >= 0 && next < most) {
                const Entry& before = table[static_cast<std::size_t>(old)];
                const std::uint8_t last = code == next ? before.first : table[static_cast<std::size_t>(code)].first;
                table[static_cast<std::size_t>(next++)] = {static_cast<std::int16_t>(old), before.first, last};
                if (next == 1 << bits && bits < 12) ++bits;
            }
            old = code;
            std::size_t length = 0;
            for (int at = code; at >= 0 && length < text.size(); at = table[static_cast<std::size_t>(at)].prefix)
                text[length++] = table[static_cast<std::size_t>(at)].last;
            while (length > 0)
                if (!put(text[--length])) return;
        }
    }
}

/// In which order the rows of an interlaced frame come (appendix E).
std::vector<std::int64_t> row_order(const Frame& f) {
    std::vector<std::int64_t> order;
    if (!f.interlaced)
        for (std::int64_t y = 0; y < f.height; ++y) order.push_back(y);
    else
        for (const auto& [start, step] : {std::pair{0, 8}, {4, 8}, {2, 4}, {1, 2}})
            for (std::int64_t y = start; y < f.height; y += step) order.push_back(y);
    return order;
}

Decoded decode(Bytes file, bool) {
    Cursor in(file);
    Frame f = frame_of(in);
    f.codes = take_blocks(in);
    const Header size = header(file);
    const bool covers = f.transparent < 0 && f.width == size.width && f.height == size.height;
    Decoded d(size.width, size.height, covers ? 3 : 4);
    const std::vector<std::int64_t> rows = row_order(f);
    std::int64_t x = 0;
    std::size_t row = 0;
    if (f.width > 0 && f.height > 0)
        unpack(f.codes, f.code_bits, [&](std::uint8_t index) {
            std::uint8_t* out = d.line(f.top + rows[row]) + (f.left + x) * d.channels;
            std::copy_n(f.palette.data() + 3 * std::size_t{index}, 3, out);
            if (!covers) out[3] = index == f.transparent ? 0 : 255;
            if (++x == f.width) x = 0, ++row;
            return row < rows.size();
        });
    if (row < rows.size()) throw Error(in.good ? "it has fewer pixels than its frame" : ends_early);
    return d;
}

}  // namespace

const Decoder embedded_gif{"GIF", [] { return std::string("typenet"); }, header, decode};

}  // namespace tn::image
