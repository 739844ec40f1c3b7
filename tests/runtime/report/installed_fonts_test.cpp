#define BOOST_TEST_MODULE installed_fonts
#include "runtime/report/installed_fonts.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "runtime/data/image.hpp"
#include "runtime/report/canvas.hpp"
#include "runtime/report/confusion_chart.hpp"

using namespace tn;

namespace {

const std::string korean = "김철수", other = "박영희",
                  decomposed_korean = "\u1100\u1175\u11B7\u110E\u1165\u11AF\u1109\u116E";

/// Skips visibly where there is no such font, or nothing that draws with it.
boost::test_tools::assertion_result has_korean(boost::unit_test::test_unit_id) {
    if (installed_fonts_have(korean)) return true;
    boost::test_tools::assertion_result no(false);
    no.message() << "skipped: no font with Korean letters (Debian: fonts-noto-cjk)";
    return no;
}

Canvas written(std::string_view text, Align align, double scale = 2) {
    Canvas c(200, 60);
    c.text(100, 20, text, color::black, align, scale);
    return c;
}

bool same(const Canvas& a, const Canvas& b) { return a.finish().pixels == b.finish().pixels; }

int ink_between(const Canvas& c, int left, int right, int top, int bottom) {
    int count = 0;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) count += c.at(x, y) != color::white;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_no_text_or_nobodys_letter_is_not_there) {
    for (const char* text : {"\xFF", "a\xE5\xB1", "a\nb", "\u0085", "\U0010FFFD", "Zo\U0010FFFD"})
        BOOST_TEST(!installed_fonts_have(text), text);
}

BOOST_AUTO_TEST_CASE(korean_names_are_drawn_where_they_are_aligned, *boost::unit_test::precondition(has_korean)) {
    const int width = static_cast<int>(text_width(korean, 2));
    BOOST_TEST(width > 40);
    BOOST_TEST(width < 80);
    const Canvas left = written(korean, Align::left), right = written(korean, Align::right);
    BOOST_TEST(ink_between(left, 99, 101 + width, 17, 41) > 150);
    BOOST_TEST(ink_between(left, 0, 99, 0, 60) == 0);
    BOOST_TEST(ink_between(left, 102 + width, 200, 0, 60) == 0);
    BOOST_TEST(ink_between(left, 0, 200, 0, 16) == 0);
    BOOST_TEST(ink_between(left, 0, 200, 42, 60) == 0);
    BOOST_TEST(ink_between(right, 101, 200, 0, 60) == 0);
    BOOST_TEST(!same(left, written(other, Align::left)));
    BOOST_TEST(!same(left, written("???", Align::left)));
}

BOOST_AUTO_TEST_CASE(a_name_in_parts_as_macos_writes_it_looks_the_same, *boost::unit_test::precondition(has_korean)) {
    BOOST_TEST(same(written(decomposed_korean, Align::left), written(korean, Align::left)));
}

BOOST_AUTO_TEST_CASE(several_fonts_in_one_line_follow_each_other, *boost::unit_test::precondition(has_korean)) {
    const double both = text_width("Ελένη" + korean), parts = text_width("Ελένη") + text_width(korean);
    BOOST_TEST(both > parts - 2);
    BOOST_TEST(both < parts + 2);
}

BOOST_AUTO_TEST_CASE(upwards_is_the_same_turned_to_the_left, *boost::unit_test::precondition(has_korean)) {
    Canvas level(80, 80), upwards(80, 80);
    level.text(10, 10, korean, color::black, Align::left, 2);
    upwards.text_upwards(10, 70, korean, color::black, Align::left, 2);
    for (int y = 0; y < 80; ++y)
        for (int x = 0; x < 80; ++x) BOOST_REQUIRE((level.at(x, y) == upwards.at(y, 79 - x)));
    Canvas outside(30, 30);  // what is outside is not drawn
    outside.text(-20, -5, korean, color::black, Align::left, 6);
}

BOOST_AUTO_TEST_CASE(a_cut_name_is_whole_letters, *boost::unit_test::precondition(has_korean)) {
    const std::string cut = text_cut(korean + korean + korean, 60);
    BOOST_TEST(cut.ends_with(".."));
    BOOST_TEST((cut.size() - 2) % 3 == 0);
    BOOST_TEST(cut.size() > 5);
    BOOST_TEST(text_width(cut) <= 60);
}

BOOST_AUTO_TEST_CASE(a_confusion_has_the_names_in_it, *boost::unit_test::precondition(has_korean)) {
    Confusion c(2);
    c.add(0, 0);
    const std::vector<std::string> names{korean, other}, numbers{"class 1", "class 2"};
    const Picture drawn = draw_confusion(c, names);
    BOOST_TEST((drawn.pixels != draw_confusion(c, numbers).pixels));
}
