#define BOOST_TEST_MODULE run_state
#include "runtime/train/run_state.hpp"

#include <boost/test/unit_test.hpp>
#include <clocale>
#include <iostream>

#include "tests/support/shell.hpp"

using namespace tn;
using namespace tn_test;

BOOST_AUTO_TEST_CASE(sums_of_an_epoch_that_are_not_in_order_are_named) {
    for (const char* text :
         {"", "1", "0x1p+0 1", "0x1p+0 1 2 3", "nan 1 2", "inf 1 2", "1 3 2", "1 -1 2", "1 0 0", "a b c"})
        BOOST_TEST(contains(error_of([&] { detail::epoch_sums(text, "file"); }), "file: its metadata is not in order"),
                   text);
    const detail::EpochSums back = detail::epoch_sums(detail::to_text({1.0 / 3, 2, 5}), "file");
    BOOST_TEST(back.loss == 1.0 / 3);
    BOOST_TEST(back.right == 2);
    BOOST_TEST(back.seen == 5);
    BOOST_TEST(detail::epoch_sums(detail::to_text({-1e-300, 0, 1}), "file").loss == -1e-300);
}

// A program with windows often takes over the locale of its user.
BOOST_AUTO_TEST_CASE(they_are_read_where_a_comma_stands_before_the_fraction) {
    TemporaryFolder folder;
    const std::string text = detail::to_text({1.0 / 3, 2, 5});
    run_shell("localedef -i de_DE -f UTF-8 " + quoted((folder / "de_DE.UTF-8").string()));
    ::setenv("LOCPATH", folder.path().c_str(), 1);
    if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) {
        std::cout << "skipped: localedef made no German locale\n";
        return;
    }
    detail::EpochSums back;
    const std::string said = error_of([&] { back = detail::epoch_sums(text, "file"); });
    const std::string written = detail::to_text({1.0 / 3, 2, 5});
    std::setlocale(LC_ALL, "C");
    BOOST_TEST(said == "");
    BOOST_TEST(back.loss == 1.0 / 3);
    BOOST_TEST(written == text);
}
