#define BOOST_TEST_MODULE densenet_network
#include "dsl/networks/densenet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(dense_net121_is_that_of_pytorch) {
    test::check_network<networks::DenseNet121<10>, Image<3, 64, 64>>("DenseNet121");
}
