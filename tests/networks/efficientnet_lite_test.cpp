#define BOOST_TEST_MODULE efficientnet_lite_network
#include "dsl/networks/efficientnet_lite.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

static_assert(Net<Image<3, 240, 240>, Batch<2>, networks::EfficientNetLite1<>, SoftmaxCrossEntropy>::parameters ==
              5'416'680);

BOOST_AUTO_TEST_CASE(efficientnet_lite0_is_that_of_pytorch) {
    test::check_network<networks::EfficientNetLite0<10, 0>, Image<3, 64, 64>>("EfficientNetLite0");
}
