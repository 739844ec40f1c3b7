#define BOOST_TEST_MODULE one_line
#include "runtime/core/one_line.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/error.hpp"

using tn::one_line;
using namespace std::string_literals;

BOOST_AUTO_TEST_CASE(plain_text_stays_as_it_is) {
    BOOST_TEST(one_line("") == "");
    BOOST_TEST(one_line("a photograph (1).jpg") == "a photograph (1).jpg");
    BOOST_TEST(one_line("Zoë 山 🙂") == "Zoë 山 🙂");
}
BOOST_AUTO_TEST_CASE(what_would_break_a_line_is_escaped) {
    BOOST_TEST(one_line("a\nb\tc\rd\\e") == "a\\nb\\tc\\x0dd\\\\e");
    BOOST_TEST(one_line("\x1b[31m\x7f\x01"s + '\0') == "\\x1b[31m\\x7f\\x01\\x00");
    BOOST_TEST(one_line("a\u2028b") == "a\\xe2\\x80\\xa8b");
    BOOST_TEST(one_line("\u0085") == "\\xc2\\x85");
    BOOST_TEST(one_line("\u202egnp") == "\\xe2\\x80\\xaegnp");
}
BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_escaped_one_by_one) {
    BOOST_TEST(one_line("\xff") == "\\xff");
    BOOST_TEST(one_line("a\xc3") == "a\\xc3");
    BOOST_TEST(one_line("\xc3(") == "\\xc3(");
    BOOST_TEST(one_line("\xe2\x82z") == "\\xe2\\x82z");
    BOOST_TEST(one_line("\xc0\x80") == "\\xc0\\x80");
    BOOST_TEST(one_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}
BOOST_AUTO_TEST_CASE(the_text_is_told_back_from_its_line) {
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    for (const std::string& text : {every, "a\\n\n\t\\x41\x1b"s, "Zoë 山\u2028"s, ""s})
        BOOST_TEST(tn::from_one_line(one_line(text)) == text);
    for (const char* line : {"\\", "a\\q", "\\x4", "\\xg0", "\\x-1"})
        BOOST_CHECK_THROW(tn::from_one_line(line), tn::Error);
}
BOOST_AUTO_TEST_CASE(utf8_is_told_from_other_bytes) {
    BOOST_TEST(tn::is_utf8(""));
    BOOST_TEST(tn::is_utf8("Zoë\n"));
    BOOST_TEST(!tn::is_utf8("Zo\xeb"));
    BOOST_TEST(!tn::is_utf8("a\xf0\x9f\x99"));
}
