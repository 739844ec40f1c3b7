#define BOOST_TEST_MODULE mobilenet_v2_network
#include "dsl/networks/mobilenet_v2.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(mobile_net_v2_is_that_of_pytorch) {
    test::check_network<networks::MobileNetV2<10, 0>, Image<3, 64, 64>>("MobileNetV2");
}
