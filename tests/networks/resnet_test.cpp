#define BOOST_TEST_MODULE resnet_network
#include "dsl/networks/resnet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(res_net18_is_that_of_pytorch) {
    test::check_network<networks::ResNet18<10>, Image<3, 64, 64>>("ResNet18");
}
BOOST_AUTO_TEST_CASE(res_net18_cifar_is_that_of_pytorch) {
    test::check_network<networks::ResNet18Cifar<10>, Image<3, 32, 32>>("ResNet18Cifar");
}
