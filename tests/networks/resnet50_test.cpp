#define BOOST_TEST_MODULE resnet50_network
#include <boost/test/unit_test.hpp>

#include "dsl/networks/resnet.hpp"
#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(res_net50_is_that_of_pytorch) {
    test::check_network<networks::ResNet50<10>, Image<3, 64, 64>>("ResNet50");
}
