#include "runtime/data/image/png_stream.hpp"

#include <zlib.h>

#include "runtime/data/exif.hpp"

namespace tn::image {
namespace {

constexpr std::uint32_t ihdr = 0x49484452, plte = 0x504C5445, idat = 0x49444154, iend = 0x49454E44, exif = 0x65584966,
                        cgbi = 0x43674249;

struct Chunk {
    std::uint32_t type = 0;
    Bytes covered;  ///< by the checksum: the type and the content
    std::uint32_t checksum = 0;
    Bytes content() const { return covered.subspan(4); }
};

Chunk next_chunk(Cursor& in) {
    Chunk chunk;
    const std::uint64_t length = in.big(4);
    chunk.covered = in.take(4 + length);
    chunk.checksum = in.big(4);
    if (!in.good) throw Error(ends_early);
    chunk.type = Cursor(chunk.covered).big(4);
    return chunk;
}

}  // namespace

Header png_header(Bytes file) {
    Cursor in(file, 8);
    Header header;
    for (bool first = true;; first = false) {
        const Chunk chunk = next_chunk(in);
        if (first) {
            if (chunk.type == cgbi) throw Error("is a PNG in Apple's own form (CgBI), which typenet does not read");
            if (chunk.type != ihdr || chunk.content().size() != 13) throw Error("it does not begin with its header");
            Cursor content(chunk.content());
            header.width = content.big(4);
            header.height = content.big(4);
        }
        if (chunk.type == exif) header.orientation = tiff_orientation(chunk.content());
        if (chunk.type == iend) return header;
    }
}

void check_png(Bytes file) {
    Cursor in(file, 8);
    for (;;) {
        const Chunk chunk = next_chunk(in);
        if (chunk.type >> 24 & 0x20) continue;  // ancillary: not needed to decode
        if (chunk.type != ihdr && chunk.type != plte && chunk.type != idat && chunk.type != iend)
            throw Error("it has a PNG chunk of an unknown kind");
        if (crc32_z(0, chunk.covered.data(), chunk.covered.size()) != chunk.checksum)
            throw Error("a checksum of its PNG chunks is wrong");
        if (chunk.type == iend) return;
    }
}

int png_depth(Bytes file) { return file.size() > 24 ? file[24] : 0; }

}  // namespace tn::image
