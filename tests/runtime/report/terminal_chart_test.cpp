#define BOOST_TEST_MODULE terminal_chart
#include "runtime/report/terminal_chart.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace tn;

namespace {

constexpr TerminalStyle plain{false, false}, dots{true, false};

int characters(const std::string& text) {
    int count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

const Panel falling{"loss", {{"train", {0, 10}, {4, 0}}, {"test", {0, 10}, {2, 2}}}, false};

}  // namespace

BOOST_AUTO_TEST_CASE(a_curve_goes_from_corner_to_corner) {
    const auto lines = draw_terminal_chart(falling, 10, 9 + 5, 6, plain);
    const std::vector<std::string> wanted{"loss  * train",   //
                                          "   4.00 |*    ",  //
                                          "        | *   ",  //
                                          "        |oo*oo",  //
                                          "        |   * ",  //
                                          "   0.00 |    *"};
    BOOST_TEST(lines == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(braille_has_eight_dots_a_character) {
    // One column: x of both points is the same, the curve goes from the top to the bottom of the left dots.
    const Panel upright{"accuracy", {{"train", {5, 5}, {1, 0}}}, true};
    const auto lines = draw_terminal_chart(upright, 5, 9 + 4, 3, dots);
    BOOST_REQUIRE_EQUAL(lines.size(), 3u);
    BOOST_TEST(lines[1] == "  100 % │\u2847   ");
    BOOST_TEST(lines[2] == "    0 % │\u2847   ");
    for (const std::string& line : lines) BOOST_TEST(characters(line) <= 13);
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_a_gap_and_ends_nothing) {
    const double nan = std::nan(""), inf = HUGE_VAL;
    const Panel gaps{
        "loss", {{"train", {1, 2, 3, 4}, {nan, 1, inf, 1}}, {"test", {}, {}}, {"held out", {1}, {nan}}}, false};
    const auto lines = draw_terminal_chart(gaps, 4, 40, 8, dots);
    BOOST_TEST(lines[1].rfind("   1.00 │", 0) == 0);
    const Panel none{"loss", {{"train", {1, 2}, {nan, nan}}}, false};
    for (const double end : {0.0, 2.0, nan, inf}) BOOST_TEST(draw_terminal_chart(none, end, 40, 8, dots).size() == 8u);
    BOOST_TEST(draw_terminal_chart({"loss", {}, false}, 1, 40, 8, plain)[0] == "loss");
}

BOOST_AUTO_TEST_CASE(it_keeps_to_its_size_whatever_that_is) {
    for (int width = 0; width < 50; ++width)
        for (int height = 0; height < 12; ++height) {
            const auto lines = draw_terminal_chart(falling, 10, width, height, dots);
            BOOST_TEST(std::ssize(lines) == height);
            for (const std::string& line : lines) BOOST_TEST(characters(line) <= width);
        }
    BOOST_TEST(draw_terminal_chart(falling, 10, -5, -5, dots).empty());
}

BOOST_AUTO_TEST_CASE(each_curve_has_its_colour) {
    const auto lines = draw_terminal_chart(falling, 10, 40, 6, {true, true});
    BOOST_TEST(lines[0] == "loss  \x1b[36m⠒ train\x1b[0m  \x1b[33m⠒ test\x1b[0m");
    BOOST_TEST(lines[3].find("\x1b[33m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_between_characters) {
    BOOST_TEST(fit_columns("abc", 2) == "ab");
    BOOST_TEST(fit_columns("abc", 9) == "abc");
    BOOST_TEST(fit_columns("山田", 4) == "山田");
    BOOST_TEST(fit_columns("山田", 3) == "山");
    BOOST_TEST(fit_columns("aé", 2) == "a");  // may be wide
    BOOST_TEST(fit_columns("abc", 0).empty());
    BOOST_TEST(fit_columns("abc", -1).empty());
    BOOST_TEST(columns_of("a山") == 3);
}
