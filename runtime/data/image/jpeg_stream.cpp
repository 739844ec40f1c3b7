#include "runtime/data/image/jpeg_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>

#include "runtime/data/exif.hpp"
#include "runtime/data/image/jpeg_tables.hpp"

namespace tn::image {
namespace {

enum Marker : std::uint8_t {
    dht = 0xC4,
    jpg = 0xC8,
    dac = 0xCC,
    rst0 = 0xD0,
    soi = 0xD8,
    eoi = 0xD9,
    sos = 0xDA,
    dqt = 0xDB,
    dri = 0xDD,
    app14 = 0xEE,
    jpeg_ls = 0xF7
};

constexpr std::uint64_t max_visits = std::uint64_t{1} << 30, max_visits_each = 16;

bool is_frame(std::uint8_t marker) {
    return (marker >= 0xC0 && marker <= 0xCF && marker != dht && marker != jpg && marker != dac) || marker == jpeg_ls;
}

/// These have no length: they stand in the coded pixels, or mean nothing.
bool is_bare(std::uint8_t marker) { return marker <= 0x01 || (marker >= rst0 && marker <= soi); }

struct Component {
    int id = 0, h = 1, v = 1, table = 0;
    /// How many low bits of each coefficient are still missing; -1: all.
    std::array<int, 64> missing{};
};

/// What stands in the segments so far.
struct State {
    std::uint8_t frame = 0;  ///< the marker
    std::uint64_t width = 0, height = 0;
    std::vector<Component> components;
    std::bitset<4> quantisation, dc, ac;
    bool adobe = false, standard_tables = false;
    std::uint64_t restart_interval = 0, scans = 0;
    std::vector<std::size_t> scan;  ///< the components of the last one

    bool progressive() const { return frame == 0xC2 || frame == 0xCA; }
    bool arithmetic() const { return frame == 0xC9 || frame == 0xCA; }
    bool whole() const {
        return std::all_of(components.begin(), components.end(), [](const Component& c) {
            return std::all_of(c.missing.begin(), c.missing.end(), [](int bits) { return bits == 0; });
        });
    }
};

void read_frame(State& s, std::uint8_t marker, Bytes segment) {
    if (s.frame) throw Error("it has two frames");
    if (marker == jpeg_ls) throw Error("is a JPEG-LS file, which typenet does not read: convert it to PNG");
    if (marker == 0xC3 || marker == 0xCB)
        throw Error("is a lossless JPEG, which typenet does not read: convert it to PNG");
    if (marker != 0xC0 && marker != 0xC1 && marker != 0xC2 && marker != 0xC9 && marker != 0xCA)
        throw Error("is a hierarchical JPEG, which typenet does not read: convert it to PNG");
    Cursor in(segment);
    const int bits = in.byte();
    s.height = in.big(2);
    s.width = in.big(2);
    const int count = in.byte();
    if (bits != 8 && in.good)
        throw Error(
            fmt::format("is a JPEG of {} bits a sample, and only those of 8 are read: convert it to PNG", bits));
    if (in.good && s.height == 0) throw Error("its height stands behind its pixels (DNL), which is not read");
    if (in.good && count != 1 && count != 3 && count != 4)
        throw Error(fmt::format("is a JPEG of {} components, and only those of 1, 3 and 4 are read", count));
    for (int i = 0; i < count; ++i) {
        Component c;
        c.id = in.byte();
        const int sampling = in.byte();
        c.h = sampling >> 4;
        c.v = sampling & 15;
        c.table = in.byte();
        c.missing.fill(-1);
        s.components.push_back(c);
        if (in.good && (c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3))
            throw Error("its frame header is malformed");
    }
    if (!in.good) throw Error("its frame header is malformed");
    s.frame = marker;
}

/// The decoder's Huffman tables hold 256 codes and it does not check; its fast table needs the number 255 for itself. A
/// table of 8-bit JPEG has at most 176.
void read_huffman_tables(State& s, Bytes segment) {
    while (segment.size() >= 17) {
        std::size_t codes = 0;
        for (const std::uint8_t n : segment.subspan(1, 16)) codes += n;
        const unsigned id = segment[0] & 15u;
        if (codes > 255 || codes > segment.size() - 17 || segment[0] > 0x1F || id > 3)
            throw Error("its Huffman tables are malformed");
        (segment[0] >> 4 ? s.ac : s.dc)[id] = true;
        segment = segment.subspan(17 + codes);
    }
    if (!segment.empty()) throw Error("its Huffman tables are malformed");
}

void read_quantisation(State& s, Bytes segment) {
    while (!segment.empty()) {
        const std::size_t size = segment[0] >> 4 ? 129 : 65;
        if ((segment[0] & 15) > 3 || segment.size() < size) throw Error("its quantisation tables are malformed");
        s.quantisation[segment[0] & 15u] = true;
        segment = segment.subspan(size);
    }
}

/// Tables that a scan needs and that nobody gave are those of annex K.3.
void need_table(State& s, const std::bitset<4>& given, unsigned id) {
    if (id > 3) throw Error("its scan header is malformed");
    if (s.arithmetic() || given[id]) return;
    if (id > 1) throw Error("its Huffman tables are missing");
    s.standard_tables = true;
}

void read_scan(State& s, Bytes segment) {
    if (!s.frame) throw Error("it has coded pixels before a frame header");
    Cursor in(segment);
    const int count = in.byte();
    std::vector<std::pair<std::size_t, unsigned>> parts;
    for (int i = 0; i < count && in.good; ++i) {
        const int id = in.byte();
        const unsigned tables = in.byte();
        const auto found =
            std::find_if(s.components.begin(), s.components.end(), [&](const Component& c) { return c.id == id; });
        if (found == s.components.end()) throw Error("its scan header names a component that it does not have");
        parts.emplace_back(found - s.components.begin(), tables);
    }
    std::size_t first = in.byte(), last = in.byte();
    int bits = in.byte();
    if (!in.good || count < 1 || count > 4) throw Error("its scan header is malformed");
    const int before = bits >> 4;
    bits &= 15;
    if (!s.progressive()) first = 0, last = 63, bits = 0;
    if (first > last || last > 63 || bits > 13) throw Error("its scan header is malformed");
    s.scan.clear();
    for (const auto& [index, tables] : parts) {
        Component& c = s.components[index];
        if (!s.quantisation[static_cast<std::size_t>(c.table)]) throw Error("its quantisation tables are missing");
        if (first == 0 && (!s.progressive() || before == 0)) need_table(s, s.dc, tables >> 4);
        if (last > 0) need_table(s, s.ac, tables & 15);
        std::fill(c.missing.begin() + static_cast<std::ptrdiff_t>(first),
                  c.missing.begin() + static_cast<std::ptrdiff_t>(last) + 1, bits);
        s.scan.push_back(index);
    }
    const std::uint64_t pixels = s.width * s.height, visits = ++s.scans * std::max<std::uint64_t>(pixels, 1 << 20);
    if (visits > std::max(max_visits, max_visits_each * pixels))
        throw Error(fmt::format("it has more than {} scans", s.scans - 1));
}

void read_segment(State& s, std::uint8_t marker, Bytes segment) {
    if (marker == dht)
        read_huffman_tables(s, segment);
    else if (marker == dqt)
        read_quantisation(s, segment);
    else if (marker == dri && segment.size() >= 2)
        s.restart_interval = std::uint64_t{segment[0]} << 8 | segment[1];
    else if (marker == app14 && starts_with(segment, "Adobe"))
        s.adobe = true;
    else if (marker == sos)
        read_scan(s, segment);
    else if (is_frame(marker))
        read_frame(s, marker, segment);
}

/// Moves to the next marker but those that stand in coded pixels, and returns it and where its FF is; none at the end.
std::optional<std::pair<std::uint8_t, std::size_t>> next_marker(Cursor& in, std::uint64_t* restarts = nullptr) {
    for (;;) {
        const auto found =
            std::find(in.bytes.begin() + static_cast<std::ptrdiff_t>(in.at), in.bytes.end(), std::uint8_t{0xFF});
        in.at = static_cast<std::size_t>(found - in.bytes.begin());
        const std::size_t start = in.at;
        std::uint8_t marker = 0xFF;
        while (in.good && marker == 0xFF) marker = in.byte();
        if (!in.good) return std::nullopt;
        if (!is_bare(marker)) return std::pair{marker, start};
        if (restarts && marker >= rst0 && marker < soi) ++*restarts;
    }
}

/// How many restart markers the last scan must have.
std::uint64_t restarts_of_scan(const State& s) {
    if (s.restart_interval == 0) return 0;
    int h = 1, v = 1;
    for (const Component& c : s.components) h = std::max(h, c.h), v = std::max(v, c.v);
    const auto up = [](std::uint64_t n, std::uint64_t by) { return (n + by - 1) / by; };
    std::uint64_t across = up(s.width, 8 * static_cast<std::uint64_t>(h)),
                  down = up(s.height, 8 * static_cast<std::uint64_t>(v));
    if (s.scan.size() == 1) {
        const Component& c = s.components[s.scan[0]];
        across = up(up(s.width * static_cast<std::uint64_t>(c.h), static_cast<std::uint64_t>(h)), 8);
        down = up(up(s.height * static_cast<std::uint64_t>(c.v), static_cast<std::uint64_t>(v)), 8);
    }
    return (across * down - 1) / s.restart_interval;
}

/// The segment that begins behind its marker; throws Error when it is not all there.
Bytes take_segment(Cursor& in) {
    const std::uint32_t length = in.big(2);
    if (in.good && length < 2) throw Error("it has a segment without a length");
    const Bytes segment = in.take(length < 2 ? 0 : length - 2);
    if (!in.good) throw Error(ends_early);
    return segment;
}

/// Reads up to the end of the picture; returns where that is, in front of its end of image if it has one.
std::size_t walk(Bytes file, State& s, bool& ended) {
    Cursor in(file, 2);
    for (;;) {
        std::uint64_t restarts = 0;
        const auto marker = next_marker(in, &restarts);
        ended = marker && marker->first == eoi;
        const std::size_t end = marker ? marker->second : file.size() - (file.back() == 0xFF ? 1 : 0);
        if (s.scans > 0 && s.whole()) {  // what follows belongs to no picture, or to another
            // Arithmetic codes leave out zeros at their end, so that nothing tells what is missing there.
            if (!ended && (s.arithmetic() || restarts < restarts_of_scan(s))) throw Error(ends_early);
            return end;
        }
        if (!marker) throw Error(ends_early);
        if (ended) {
            if (s.scans == 0) throw Error("it holds no pixels");
            return end;  // a progressive one may leave out its last bits
        }
        read_segment(s, marker->first, take_segment(in));
    }
}

}  // namespace

Header jpeg_header(Bytes file) {
    State s;
    Cursor in(file, 2);
    while (!s.frame) {
        const auto marker = next_marker(in);
        if (!marker) throw Error(ends_early);
        if (marker->first == eoi || marker->first == sos) throw Error("it has no frame header");
        const Bytes segment = take_segment(in);
        if (is_frame(marker->first)) read_frame(s, marker->first, segment);
    }
    return {static_cast<std::int64_t>(s.width), static_cast<std::int64_t>(s.height), exif_orientation(file)};
}

JpegStream mend_jpeg(Bytes file) {
    State s;
    JpegStream stream;
    const std::size_t end = walk(file, s, stream.ended);
    stream.pixels = s.width * s.height;
    stream.arithmetic = s.arithmetic();
    const bool add_adobe = s.components.size() == 4 && !s.adobe;
    if (stream.ended && !s.standard_tables && !add_adobe) {
        stream.bytes = file.subspan(0, end + 2);
        return stream;
    }
    const auto append = [&](Bytes bytes) { stream.mended.insert(stream.mended.end(), bytes.begin(), bytes.end()); };
    append(file.subspan(0, 2));
    if (s.standard_tables) append(standard_huffman_tables);
    if (add_adobe) append(adobe_cmyk);
    append(file.subspan(2, end - 2));
    append(end_of_image);
    stream.bytes = stream.mended;
    return stream;
}

}  // namespace tn::image
