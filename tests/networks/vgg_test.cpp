#define BOOST_TEST_MODULE vgg_network
#include "dsl/networks/vgg.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/networks/networks_check.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(vgg11_is_that_of_pytorch) {
    test::check_network<networks::Vgg11<10, 0>, Image<3, 32, 32>>("Vgg11");
}
BOOST_AUTO_TEST_CASE(vgg11_biased_norm_is_that_of_pytorch) {
    test::check_network<networks::Vgg11BiasedNorm<10, 0>, Image<3, 32, 32>>("Vgg11BiasedNorm");
}
BOOST_AUTO_TEST_CASE(vgg16_is_that_of_pytorch) {
    test::check_network<networks::Vgg16<10, 0>, Image<3, 32, 32>>("Vgg16");
}
BOOST_AUTO_TEST_CASE(vgg16_norm_is_that_of_pytorch) {
    test::check_network<networks::Vgg16Norm<10, 0>, Image<3, 32, 32>>("Vgg16Norm");
}
