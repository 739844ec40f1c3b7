#define BOOST_TEST_MODULE plain_text
#include "runtime/report/plain_text.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/report/installed_fonts.hpp"

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
    const std::string nobodys = "\U0010FFFD";  // for private use: no font has it
    const std::vector<std::string> classes{"plain", "a" + nobodys, "what?", nobodys, "same", "same"};
    const std::vector<std::string> wanted{"plain", "class 2", "what?", "class 4", "class 5", "class 6"};
    BOOST_TEST(drawn_names(classes) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_that_fonts_have_are_drawn_and_others_are_numbered) {
    const std::vector<std::string> classes{"Zoë", "Zoe", "Ελένη", "김철수"};
    std::vector<std::string> wanted = classes;
    if (!installed_fonts_have("ë")) wanted[0] = "class 1", wanted[1] = "class 2";
    if (!installed_fonts_have("Ελένη")) wanted[2] = "class 3";
    if (!installed_fonts_have("김철수")) wanted[3] = "class 4";
    BOOST_TEST(drawn_names(classes) == wanted, boost::test_tools::per_element());
    // One name in both of Unicode's forms looks the same.
    const std::vector<std::string> twice{"Zoe\u0308", "Zoë"}, numbered{"class 1", "class 2"};
    BOOST_TEST(drawn_names(twice) == numbered, boost::test_tools::per_element());
}
