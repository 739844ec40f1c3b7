#include "runtime/data/image/bmp_run_length.hpp"

namespace tn::image {

Pixels unpack_run_length(Bytes codes, std::int64_t width, std::int64_t height, int bits) {
    // A pair of bytes gives at most 255 pixels, or moves over 255 rows.
    Pixels indices = allocate_pixels(static_cast<std::size_t>(width * height));
    Cursor in(codes);
    std::int64_t x = 0, y = 0;
    // What a row has no room for is dropped.
    const auto put = [&](unsigned index) {
        if (x < width && y < height)
            indices[static_cast<std::size_t>(y * width + x)] = static_cast<std::uint8_t>(index);
        ++x;
    };
    const auto index_in = [&](std::uint8_t pair, unsigned i) {
        return bits == 8 ? pair : i % 2 ? pair & 15u : pair >> 4u;
    };
    while (y < height) {
        const unsigned count = in.byte();
        const std::uint8_t second = in.byte();
        // The mark of the end may be missing behind the last pixel.
        if (!in.good && (y < height - 1 || x < width)) throw Error(ends_early);
        if (!in.good) break;
        if (count > 0) {
            for (unsigned i = 0; i < count; ++i) put(index_in(second, i));
        } else if (second == 0) {
            x = 0, ++y;
        } else if (second == 1) {
            break;
        } else if (second == 2) {
            x += in.byte();
            y += in.byte();
        } else {
            const std::size_t bytes = bits == 8 ? second : (second + 1u) / 2;
            const Bytes literal = in.take(bytes);
            if (!in.good) throw Error(ends_early);
            for (unsigned i = 0; i < second; ++i) put(index_in(literal[bits == 8 ? i : i / 2], i));
            in.skip(bytes % 2);
        }
    }
    return indices;
}

}  // namespace tn::image
