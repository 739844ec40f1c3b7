#define BOOST_TEST_MODULE image_gif
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/runtime/data/image/decoding.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;

namespace {

/// Codes of 8 bits a pixel with a full table: cleared when `deferred` is false, and else used on as it is.
Bytes packed(const Bytes& indices, bool deferred) {
    Bytes bytes;
    std::uint32_t buffer = 0;
    int filled = 0, bits = 9, next = 258;
    const auto put = [&](int code) {
        buffer |= static_cast<std::uint32_t>(code) << filled;
        for (filled += bits; filled >= 8; filled -= 8, buffer >>= 8) bytes.push_back(static_cast<std::uint8_t>(buffer));
    };
    std::map<std::pair<int, int>, int> table;
    put(256);
    int now = indices[0];
    for (std::size_t i = 1; i < indices.size(); ++i) {
        const auto known = table.find({now, indices[i]});
        if (known != table.end()) {
            now = known->second;
            continue;
        }
        put(now);
        if (next < 4096) {
            if (next == 1 << bits) ++bits;
            table[{now, indices[i]}] = next++;
        } else if (!deferred) {
            put(256);
            table.clear();
            bits = 9, next = 258;
        }
        now = indices[i];
    }
    put(now);
    if (next < 4096 && next == 1 << bits) ++bits;
    put(257);
    if (filled > 0) bytes.push_back(static_cast<std::uint8_t>(buffer));
    return bytes;
}

struct Gif {
    std::uint32_t screen_width = 4, screen_height = 3, left = 0, top = 0, width = 4, height = 3;
    bool interlaced = false;
    int transparent = -1;
    Bytes codes{};
    bool palette_of_its_own = false;
};

Bytes file_of(const Gif& g) {
    Bytes file;
    text(file, "GIF89a");
    little(file, g.screen_width, 2);
    little(file, g.screen_height, 2);
    file.insert(file.end(), {0xF7, 0, 0});
    for (int i = 0; i < 256; ++i) file.insert(file.end(), 3, static_cast<std::uint8_t>(g.palette_of_its_own ? 0 : i));
    if (g.transparent >= 0)
        file.insert(file.end(), {0x21, 0xF9, 4, 1, 0, 0, static_cast<std::uint8_t>(g.transparent), 0});
    file.insert(file.end(), {0x21, 0xFE, 2, 'h', 'i', 0, 0x2C});
    for (const std::uint32_t v : {g.left, g.top, g.width, g.height}) little(file, v, 2);
    file.push_back(static_cast<std::uint8_t>((g.interlaced ? 0x40 : 0) | (g.palette_of_its_own ? 0x87 : 0)));
    if (g.palette_of_its_own)
        for (int i = 0; i < 256; ++i) file.insert(file.end(), 3, static_cast<std::uint8_t>(i));
    file.push_back(8);
    for (std::size_t start = 0; start < g.codes.size(); start += 255) {
        const std::size_t count = std::min<std::size_t>(255, g.codes.size() - start);
        file.push_back(static_cast<std::uint8_t>(count));
        file.insert(file.end(), g.codes.begin() + static_cast<std::ptrdiff_t>(start),
                    g.codes.begin() + static_cast<std::ptrdiff_t>(start + count));
    }
    file.insert(file.end(), {0, 0x3B});
    return file;
}

Picture picture_of(const Gif& g) { return decode(tn::image::embedded_gif, file_of(g), 1); }
std::string refusal_of(const Gif& g) { return refusal(tn::image::embedded_gif, file_of(g)); }

const Bytes twelve{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

}  // namespace

BOOST_AUTO_TEST_CASE(only_the_first_frame_is_decoded) {
    Bytes indices;
    for (int i = 0; i < 20 * 15; ++i) indices.push_back(static_cast<std::uint8_t>(i % 127));
    for (const int frames : {1, 3, 2000}) {
        const Picture picture = decode(tn::image::embedded_gif, gif(indices, 20, 15, frames));
        BOOST_TEST((picture.shape == PictureShape{3, 15, 20}));
        bool same = true;
        for (std::size_t i = 0; i < picture.pixels.size(); ++i)
            same = same && picture.pixels[i] == 2 * indices[i % indices.size()];
        BOOST_TEST(same);
    }
}

// A table of 4096 codes is full long before this picture ends.
BOOST_AUTO_TEST_CASE(a_table_may_stay_full) {
    Bytes indices;
    std::uint32_t state = 1;
    for (int i = 0; i < 300 * 200; ++i)
        indices.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
    for (const bool deferred : {false, true})
        BOOST_TEST((picture_of({.screen_width = 300,
                                .screen_height = 200,
                                .width = 300,
                                .height = 200,
                                .codes = packed(indices, deferred)})
                        .pixels == indices),
                   deferred);
}

BOOST_AUTO_TEST_CASE(interlaced_rows_and_a_palette_of_the_frames_own) {
    Bytes indices;
    for (const int row : {0, 8, 4, 2, 6, 1, 3, 5, 7, 9})
        indices.insert(indices.end(), 2, static_cast<std::uint8_t>(row));
    const Picture p = picture_of({.screen_width = 2,
                                  .screen_height = 10,
                                  .width = 2,
                                  .height = 10,
                                  .interlaced = true,
                                  .codes = packed(indices, false),
                                  .palette_of_its_own = true});
    for (std::size_t y = 0; y < 10; ++y) BOOST_TEST(p.pixels[2 * y] == y);
}

// As browsers do: the screen grows for the first frame.
BOOST_AUTO_TEST_CASE(a_frame_beyond_the_screen) {
    const Picture p = picture_of({.screen_width = 2, .screen_height = 0, .codes = packed(twelve, false)});
    BOOST_TEST((p.shape == PictureShape{1, 3, 4} && p.pixels == twelve));
    const Picture moved =
        picture_of({.screen_width = 4, .screen_height = 3, .left = 1, .top = 1, .codes = packed(twelve, false)});
    BOOST_TEST((moved.shape == PictureShape{1, 4, 5}));
    BOOST_TEST(moved.pixels[6] == 1);
    BOOST_TEST(moved.pixels[0] == 255);  // nothing is there
}

BOOST_AUTO_TEST_CASE(what_is_transparent_is_on_white) {
    const Picture p = picture_of({.transparent = 5, .codes = packed(twelve, false)});
    BOOST_TEST((p.pixels == Bytes{1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11, 12}));
}

BOOST_AUTO_TEST_CASE(damage_is_named) {
    BOOST_TEST(contains(refusal_of({.codes = packed(Bytes(5, 1), false)}), "it has fewer pixels than its frame"));
    const Bytes file = file_of({.codes = packed(twelve, false)});
    for (std::size_t n = 6; n + 6 < file.size(); ++n)
        BOOST_TEST(!refusal(tn::image::embedded_gif, first(file, n)).empty(), n);
    BOOST_TEST(
        refusal(tn::image::embedded_gif, first(file, file.size() - 2)).empty());  // nothing that is needed is missing
    Bytes wrong = packed(twelve, false);
    wrong[3] |= 7;  // a code that is not in the table yet
    BOOST_TEST(contains(refusal_of({.codes = wrong}), "its codes are damaged"));
    Bytes none(file.begin(), file.begin() + 13 + 768);
    none.push_back(0x3B);
    BOOST_TEST(contains(refusal(tn::image::embedded_gif, none), "the GIF holds no picture"));
}
