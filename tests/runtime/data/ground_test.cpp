#define BOOST_TEST_MODULE ground
#include "runtime/data/ground.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(names_and_numbers_are_colours) {
    BOOST_TEST((parse_ground("white") == Ground{}));
    BOOST_TEST((parse_ground("grey") == Ground{{128, 128, 128}}));
    BOOST_TEST((parse_ground("black") == Ground{{0, 0, 0}}));
    BOOST_TEST((parse_ground("#0aFf10") == Ground{{10, 255, 16}}));
    BOOST_TEST(to_text(Ground{{10, 255, 16}}) == "#0aff10");
    BOOST_TEST(to_text(Ground{}) == "#ffffff");
}

BOOST_AUTO_TEST_CASE(anything_else_is_an_error) {
    for (const char* text :
         {"", "White", "#", "#fff", "#ffffff0", "ffffff", "#-10000", "#+10000", "#0x0000", "# 10000"})
        BOOST_TEST(tn_test::error_of([&] { parse_ground(text); }) ==
                   "the ground must be white, grey, black or a colour as #8090a0, not " + std::string(text));
}
