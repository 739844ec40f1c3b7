#define BOOST_TEST_MODULE escape_text
#include "runtime/core/escape_text.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/error.hpp"

using tn::escape_text;
using namespace std::string_literals;

BOOST_AUTO_TEST_CASE(plain_text_stays_as_it_is) {
    BOOST_TEST(escape_text("") == "");
    BOOST_TEST(escape_text("a photograph (1).jpg") == "a photograph (1).jpg");
    BOOST_TEST(escape_text("Zoë 山 🙂") == "Zoë 山 🙂");
}
BOOST_AUTO_TEST_CASE(what_would_break_a_line_is_escaped) {
    BOOST_TEST(escape_text("a\nb\tc\rd\\e") == "a\\nb\\tc\\x0dd\\\\e");
    BOOST_TEST(escape_text("\x1b[31m\x7f\x01"s + '\0') == "\\x1b[31m\\x7f\\x01\\x00");
    BOOST_TEST(escape_text("a\u2028b") == "a\\xe2\\x80\\xa8b");
    BOOST_TEST(escape_text("\u0085") == "\\xc2\\x85");
    BOOST_TEST(escape_text("\u202egnp") == "\\xe2\\x80\\xaegnp");
}
BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_escaped_one_by_one) {
    BOOST_TEST(escape_text("\xff") == "\\xff");
    BOOST_TEST(escape_text("a\xc3") == "a\\xc3");
    BOOST_TEST(escape_text("\xc3(") == "\\xc3(");
    BOOST_TEST(escape_text("\xe2\x82z") == "\\xe2\\x82z");
    BOOST_TEST(escape_text("\xc0\x80") == "\\xc0\\x80");
    BOOST_TEST(escape_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}
BOOST_AUTO_TEST_CASE(the_text_is_told_back_from_its_line) {
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    for (const std::string& text : {every, "a\\n\n\t\\x41\x1b"s, "Zoë 山\u2028"s, ""s})
        BOOST_TEST(tn::unescape_text(escape_text(text)) == text);
    for (const char* line : {"\\", "a\\q", "\\x4", "\\xg0", "\\x-1"})
        BOOST_CHECK_THROW(tn::unescape_text(line), tn::Error);
}
BOOST_AUTO_TEST_CASE(utf8_is_told_from_other_bytes) {
    BOOST_TEST(tn::is_utf8(""));
    BOOST_TEST(tn::is_utf8("Zoë\n"));
    BOOST_TEST(!tn::is_utf8("Zo\xeb"));
    BOOST_TEST(!tn::is_utf8("a\xf0\x9f\x99"));
}
