#define BOOST_TEST_MODULE plain_text
#include "runtime/report/plain_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace tn;

BOOST_AUTO_TEST_CASE(letters_lose_their_accents) {
    BOOST_TEST(plain_text("Zoë Müller, Łukasz Żak, Ångström, Çelik, Ñandú, Ðurić, naïve, ß") ==
               "Zoe Muller, Lukasz Zak, Angstrom, Celik, Nandu, Duric, naive, s");
    BOOST_TEST(plain_text("ÀÖØßàöøÿĀķŁłŃňőŒŕšţŵŷŸżžſ") == "AOOsaooyAkLlNnoOrstwyYzzs");
    BOOST_TEST(plain_text("Zoe\u0308") == "Zoe");  // the accent as a character of its own
    BOOST_TEST(plain_text("abc {}~ 09") == "abc {}~ 09");
    BOOST_TEST(plain_text("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_latin_letter_is_a_question_mark) {
    BOOST_TEST(plain_text("山田 x😀") == "?? x?");
    BOOST_TEST(plain_text("a\nb\x7f\u009b") == "a?b??");
    BOOST_TEST(plain_text("\xff\xfe"
                          "a\xe5\xb1") == "??a??");
}

BOOST_AUTO_TEST_CASE(classes_that_cannot_be_told_apart_are_numbered) {
    const std::vector<std::string> classes{"plain", "Zoë", "Zoe", "山田", "what?", "Ελένη", "山"};
    const std::vector<std::string> wanted{"plain", "class 2", "class 3", "class 4", "what?", "class 6", "class 7"};
    BOOST_TEST(plain_names(classes) == wanted, boost::test_tools::per_element());
}
