#define BOOST_TEST_MODULE unicode
#include "runtime/core/unicode.hpp"

#include <boost/test/unit_test.hpp>

using tn::decomposed;

BOOST_AUTO_TEST_CASE(composed_characters_become_their_parts) {
    BOOST_TEST(decomposed("caf\xC3\xA9") == "cafe\xCC\x81");
    BOOST_TEST(decomposed("cafe\xCC\x81") == "cafe\xCC\x81");
    BOOST_TEST(decomposed("\xE1\xBA\xA5") == "a\xCC\x82\xCC\x81");                     // two accents on one letter
    BOOST_TEST(decomposed("\xE3\x81\x8C") == "\xE3\x81\x8B\xE3\x82\x99");              // Japanese ga
    BOOST_TEST(decomposed("\xEA\xB0\x81") == "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8");  // Korean gag
    BOOST_TEST(decomposed("\xEA\xB0\x80") == "\xE1\x84\x80\xE1\x85\xA1");
    BOOST_TEST(decomposed("\xD0\xB9") == "\xD0\xB8\xCC\x86");  // Cyrillic short i
}

BOOST_AUTO_TEST_CASE(other_text_stays) {
    for (const char* text : {"", "abc", "\xE7\x8C\xAB", "\xF0\x9F\x90\x88", "\xC3", "a\xFF"})
        BOOST_TEST(decomposed(text) == text);
}
