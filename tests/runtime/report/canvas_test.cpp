#define BOOST_TEST_MODULE canvas
#include "runtime/report/canvas.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace tn {
std::ostream& operator<<(std::ostream& out, Color c) {
    return out << int{c.red} << ' ' << int{c.green} << ' ' << int{c.blue};
}
}  // namespace tn

namespace {

/// The rectangle of all pixels that are not white: [left, right) x [top, bottom).
struct Box {
    int left = 1 << 20, top = 1 << 20, right = 0, bottom = 0, pixels = 0;
};
Box inked(const Canvas& c) {
    Box box;
    for (int y = 0; y < c.height(); ++y)
        for (int x = 0; x < c.width(); ++x)
            if (c.at(x, y) != color::white) {
                box.left = std::min(box.left, x), box.right = std::max(box.right, x + 1);
                box.top = std::min(box.top, y), box.bottom = std::max(box.bottom, y + 1);
                ++box.pixels;
            }
    return box;
}

Canvas written(std::string_view text, Align align = Align::left, double scale = 2) {
    Canvas c(200, 60);
    c.text(100, 20, text, color::black, align, scale);
    return c;
}

bool same(const Canvas& a, const Canvas& b) { return a.finish().pixels == b.finish().pixels; }

const double missing = std::nan(""), infinite = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_CASE(a_canvas_begins_in_its_background_and_has_limits) {
    const Canvas c(3, 2, color::blue);
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 3; ++x) BOOST_TEST(c.at(x, y) == color::blue);
    // clang 14 lets no lambda capture a structured binding.
    for (const auto& at : {std::pair{-1, 0}, {3, 0}, {0, -1}, {0, 2}})
        BOOST_TEST(contains(error_of([&] { c.at(at.first, at.second); }), "is outside a canvas of 3x2"));
    for (const auto& size : {std::pair{0, 1}, {1, 0}, {-5, 5}, {16385, 1}, {1, 16385}})
        BOOST_TEST(contains(error_of([&] { Canvas(size.first, size.second); }), "each side must be 1 to 16384"));
    BOOST_TEST(Canvas(16384, 1).width() == 16384);
}

BOOST_AUTO_TEST_CASE(colors_mix) {
    BOOST_TEST(mix(color::black, color::white, 0) == color::black);
    BOOST_TEST(mix(color::black, color::white, 1) == color::white);
    BOOST_TEST(mix(Color{0, 100, 200}, Color{100, 0, 200}, 0.25) == (Color{25, 75, 200}));
    BOOST_TEST(mix(color::black, color::white, -3) == color::black);
    BOOST_TEST(mix(color::black, color::white, 7) == color::white);
    BOOST_TEST(mix(color::black, color::white, missing) == color::black);
}

BOOST_AUTO_TEST_CASE(a_rectangle_covers_its_pixels_and_parts_of_pixels) {
    Canvas c(10, 10);
    c.rectangle(2, 3, 4, 5, color::black);
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 10; ++x)
            BOOST_TEST(c.at(x, y) == (x >= 2 && x < 6 && y >= 3 && y < 8 ? color::black : color::white));
    Canvas half(4, 4);
    half.rectangle(0.5, 1, 2, 1.25, color::black);
    BOOST_TEST(half.at(0, 1) == (Color{128, 128, 128}));
    BOOST_TEST(half.at(1, 1) == color::black);
    BOOST_TEST(half.at(2, 1) == (Color{128, 128, 128}));
    BOOST_TEST(half.at(3, 1) == color::white);
    BOOST_TEST(half.at(1, 2) == (Color{191, 191, 191}));
    BOOST_TEST(half.at(1, 0) == color::white);
}

BOOST_AUTO_TEST_CASE(what_is_outside_or_nowhere_is_not_drawn) {
    Canvas c(8, 8);
    const Canvas empty(8, 8);
    c.rectangle(-20, 2, 10, 3, color::black);
    c.rectangle(8, 0, 5, 5, color::black);
    c.rectangle(2, 2, -1, 4, color::black);
    c.line({-50, -50}, {-1, 40}, 1, color::black);
    c.dot({20, 20}, 5, color::black);
    c.text(100, 100, "far", color::black);
    for (double v : {missing, infinite, -infinite}) {
        c.rectangle(v, 1, 2, 2, color::black);
        c.rectangle(1, 1, v, 2, color::black);
        c.line({v, 1}, {3, 3}, 1, color::black);
        c.line({1, 1}, {3, v}, 1, color::black);
        c.line({1, 1}, {3, 3}, v, color::black);
        c.dot({v, 2}, 2, color::black);
    }
    BOOST_TEST(same(c, empty));
    c.rectangle(-1e9, -1e9, 2e9, 2e9, color::green);
    BOOST_TEST(same(c, Canvas(8, 8, color::green)));
    c.rectangle(6, 6, 100, 100, color::black);
    BOOST_TEST(c.at(7, 7) == color::black);
    BOOST_TEST(c.at(5, 5) == color::green);
}

BOOST_AUTO_TEST_CASE(a_frame_is_hollow) {
    Canvas c(12, 10);
    c.frame(1, 2, 9, 7, 2, color::black);
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 12; ++x) {
            const bool outer = x >= 1 && x < 10 && y >= 2 && y < 9, inner = x >= 3 && x < 8 && y >= 4 && y < 7;
            BOOST_TEST(c.at(x, y) == (outer && !inner ? color::black : color::white));
        }
}

BOOST_AUTO_TEST_CASE(a_line_has_its_thickness_and_its_ends) {
    Canvas c(20, 20);
    c.line({5, 10}, {15, 10}, 4, color::black);
    for (int x = 5; x < 15; ++x)
        for (int y = 0; y < 20; ++y) BOOST_TEST(c.at(x, y) == (y >= 8 && y < 12 ? color::black : color::white));
    const Box box = inked(c);
    BOOST_TEST(box.left >= 2);
    BOOST_TEST(box.right <= 18);
    BOOST_TEST(c.at(1, 10) == color::white);
    Canvas slanting(20, 20);
    slanting.line({2, 2}, {18, 18}, 2, color::black);
    for (int i = 3; i < 17; ++i) BOOST_TEST(slanting.at(i, i) == color::black);
    BOOST_TEST(slanting.at(15, 4) == color::white);
    // Smoothed: some pixels at its edge are grey.
    BOOST_TEST(slanting.at(9, 11) != color::black);
    Canvas disc(20, 20);
    disc.dot({10, 10}, 5, color::black);
    BOOST_TEST(disc.at(10, 10) == color::black);
    BOOST_TEST(disc.at(10, 6) == color::black);
    BOOST_TEST(disc.at(6, 6) != color::white);
    BOOST_TEST(disc.at(5, 5) == color::white);
    BOOST_TEST(std::abs(inked(disc).pixels - 3.14159 * 5.5 * 5.5) < 12);
}

BOOST_AUTO_TEST_CASE(a_polyline_has_gaps_where_points_are_missing) {
    const std::vector<Point> points{{5, 20}, {25, 20}, {35, missing}, {45, 20}, {missing, 3}, {65, 20}, {85, 20}};
    Canvas c(100, 40);
    c.polyline(points, 2, color::black);
    BOOST_TEST(c.at(15, 20) == color::black);
    BOOST_TEST(c.at(75, 20) == color::black);
    BOOST_TEST(c.at(45, 20) == color::black);  // alone: a dot
    for (int x : {29, 30, 35, 40, 50, 55, 60})
        for (int y = 0; y < 40; ++y) BOOST_TEST(c.at(x, y) == color::white);
    Canvas none(10, 10);
    none.polyline({}, 2, color::black);
    none.polyline(std::vector<Point>{{missing, missing}}, 2, color::black);
    BOOST_TEST(same(none, Canvas(10, 10)));
}

BOOST_AUTO_TEST_CASE(text_lies_where_it_is_aligned) {
    const int width = static_cast<int>(text_width("Hello", 2));
    BOOST_TEST(width > 40);
    BOOST_TEST(width < 90);
    BOOST_TEST(text_width("Hello, Hello", 2) > 2 * width);
    BOOST_TEST(text_width("Hello", 4) == 2 * width);
    BOOST_TEST(text_width("") == 0);
    const Box left = inked(written("Hello")), centre = inked(written("Hello", Align::centre)),
              right = inked(written("Hello", Align::right));
    BOOST_TEST(left.pixels > 100);
    BOOST_TEST(left.left >= 99);
    BOOST_TEST(left.left <= 103);
    BOOST_TEST(left.right <= 101 + width);
    BOOST_TEST(right.right <= 101);
    BOOST_TEST(right.left >= 99 - width);
    BOOST_TEST(std::abs((centre.left + centre.right) / 2 - 100) <= 3);
    for (const Box& b : {left, centre, right}) {
        BOOST_TEST(b.top >= 19);
        BOOST_TEST(b.bottom <= 21 + text_height(2));
        BOOST_TEST(b.pixels == left.pixels);
    }
    BOOST_TEST(inked(written("qgjpy_")).bottom <= 21 + text_height(2));
}

BOOST_AUTO_TEST_CASE(every_printable_character_has_a_shape_and_letters_and_digits_one_of_their_own) {
    std::vector<std::vector<std::uint8_t>> seen;
    for (char c = 33; c < 127; ++c) {
        const Canvas drawn = written(std::string(1, c), Align::left, 4);
        BOOST_TEST(inked(drawn).pixels > 0, "character " << c);
        if (!std::isalnum(static_cast<unsigned char>(c))) continue;
        for (const auto& other : seen) BOOST_TEST((other != drawn.finish().pixels), "character " << c);
        seen.push_back(drawn.finish().pixels);
    }
    BOOST_TEST(inked(written(" ")).pixels == 0);
}

BOOST_AUTO_TEST_CASE(other_characters_lose_their_accents_or_are_question_marks) {
    const std::string nobodys = "\U0010FFFD";  // for private use: no font has it
    BOOST_TEST(same(written("M\xC3\xBCller" + nobodys), written("Muller?")));
    BOOST_TEST(same(written("\xE6\x9D\xB1" + nobodys), written("??")));
    BOOST_TEST(same(written("a\nb\tc"), written("a?b?c")));
    BOOST_TEST(same(written("a\x7F"), written("a?")));
    BOOST_TEST(same(written(std::string_view("a\0b", 3)), written("a?b")));
    BOOST_TEST(same(written("\xFF\xFE"), written("??")));  // not UTF-8
    BOOST_TEST(text_width("M\xC3\xBCller" + nobodys) == text_width("Muller?"));
}

BOOST_AUTO_TEST_CASE(text_upwards_is_text_turned_to_the_left) {
    Canvas level(80, 80), upwards(80, 80);
    level.text(10, 10, "Turn", color::black, Align::left, 2);
    upwards.text_upwards(10, 70, "Turn", color::black, Align::left, 2);
    // What was at (x, y) is now at (y, 80 - x).
    for (int y = 0; y < 80; ++y)
        for (int x = 0; x < 80; ++x) BOOST_REQUIRE_EQUAL(level.at(x, y), upwards.at(y, 79 - x));
    Canvas centred(80, 80);
    centred.text_upwards(10, 40, "Turn", color::black, Align::centre, 2);
    const Box box = inked(centred);
    BOOST_TEST(std::abs((box.top + box.bottom) / 2 - 40) <= 3);
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_to_its_width) {
    BOOST_TEST(text_cut("short", 1000) == "short");
    BOOST_TEST(text_cut("M\xC3\xBCller", 1000) == "M\xC3\xBCller");
    const std::string name = "a name that is much too long for its place";
    for (double width : {20.0, 55.0, 100.0, 200.0}) {
        const std::string cut = text_cut(name, width);
        BOOST_TEST(cut.ends_with(".."));
        BOOST_TEST(name.starts_with(cut.substr(0, cut.size() - 2)));
        BOOST_TEST(text_width(cut) <= width);
        BOOST_TEST(text_width(name.substr(0, cut.size() - 1) + "..") > width);  // and no shorter than it must be
    }
    BOOST_TEST(text_cut(name, 1) == "");
    BOOST_TEST(text_cut("", 0) == "");
    BOOST_TEST(text_cut("\xE6\x9D\xB1\xE4\xBA\xAC\xE6\x9D\xB1\xE4\xBA\xAC", 30).ends_with(".."));
}

BOOST_AUTO_TEST_CASE(a_picture_grows_by_whole_multiples_exactly) {
    const Picture two{{1, 2, 2}, {10, 20, 30, 40}};
    Canvas c(8, 8);
    c.picture(1, 2, 4, 4, two);
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x) {
            const bool inside = x >= 1 && x < 5 && y >= 2 && y < 6;
            const auto grey = static_cast<std::uint8_t>(10 + (x >= 3 ? 10 : 0) + (y >= 4 ? 20 : 0));
            BOOST_TEST(c.at(x, y) == (inside ? Color{grey, grey, grey} : color::white));
        }
    Canvas rgb(2, 1);
    rgb.picture(0, 0, 2, 1, {{3, 1, 2}, {1, 2, 3, 4, 5, 6}});
    BOOST_TEST(rgb.at(0, 0) == (Color{1, 3, 5}));
    BOOST_TEST(rgb.at(1, 0) == (Color{2, 4, 6}));
    Canvas smooth(3, 2);
    smooth.picture(0, 0, 3, 2, two);
    BOOST_TEST(smooth.at(0, 0) == (Color{10, 10, 10}));
    BOOST_TEST(smooth.at(1, 0) == (Color{15, 15, 15}));
    BOOST_TEST(smooth.at(2, 1) == (Color{40, 40, 40}));
}

BOOST_AUTO_TEST_CASE(a_picture_is_cut_at_the_edges_and_must_be_whole) {
    const Picture p{{1, 2, 2}, {10, 20, 30, 40}};
    Canvas c(2, 2);
    c.picture(-1, -1, 2, 2, p);
    BOOST_TEST(c.at(0, 0) == (Color{40, 40, 40}));
    BOOST_TEST(c.at(1, 1) == color::white);
    c.picture(1, 1, 2, 2, p);
    BOOST_TEST(c.at(1, 1) == (Color{10, 10, 10}));
    c.picture(0, 0, 0, -4, p);
    for (const Picture& bad : {Picture{{2, 1, 1}, {1, 2}}, Picture{{1, 2, 2}, {1, 2, 3}}, Picture{{1, 0, 2}, {}}})
        BOOST_TEST(contains(error_of([&] { c.picture(0, 0, 2, 2, bad); }), "cannot be drawn"));
}

BOOST_AUTO_TEST_CASE(what_was_drawn_comes_back_from_its_file) {
    tn_test::TemporaryFolder folder;
    Canvas c(31, 17);
    c.rectangle(3.3, 4, 10, 7.7, color::orange);
    c.text(1, 1, "A", color::blue);
    const Picture picture = c.finish();
    BOOST_TEST((picture.shape == PictureShape{3, 17, 31}));
    for (int y = 0; y < 17; ++y)
        for (int x = 0; x < 31; ++x) {
            const std::size_t at = y * 31 + x;
            BOOST_TEST(c.at(x, y) == (Color{picture.pixels[at], picture.pixels[527 + at], picture.pixels[1054 + at]}));
        }
    write_png(folder / "c.png", picture);
    BOOST_TEST((read_picture(folder / "c.png", 3).pixels == picture.pixels));
}
