#define BOOST_TEST_MODULE run_state
#include "runtime/train/run_state.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;

BOOST_AUTO_TEST_CASE(sums_of_an_epoch_that_are_not_in_order_are_named) {
    for (const char* text : {"", "1", "0x1p+0 1", "0x1p+0 1 2 3", "nan 1 2", "inf 1 2", "1 3 2", "1 -1 2", "1 0 0", "a b c"})
        BOOST_TEST(contains(error_of([&] { detail::epoch_sums(text, "file"); }), "file: its metadata is not in order"), text);
    const detail::EpochSums back = detail::epoch_sums(detail::to_text({1.0 / 3, 2, 5}), "file");
    BOOST_TEST(back.loss == 1.0 / 3);
    BOOST_TEST(back.right == 2);
    BOOST_TEST(back.seen == 5);
}
