#define BOOST_TEST_MODULE squeezenet_network
#include "dsl/networks/squeezenet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(squeeze_net_is_that_of_pytorch) {
    test::check_network<networks::SqueezeNet<10, 0>, Image<3, 63, 63>>("SqueezeNet");
}
