#define BOOST_TEST_MODULE lenet5_network
#include "dsl/networks/lenet5.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(le_net5_is_that_of_pytorch) {
    test::check_network<networks::LeNet5<>, Image<1, 32, 32>>("LeNet5");
}
BOOST_AUTO_TEST_CASE(le_net5_today_is_that_of_pytorch) {
    test::check_network<networks::LeNet5Today<>, Image<1, 28, 28>>("LeNet5Today");
}
