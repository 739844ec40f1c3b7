// The networks that every device is tested with, on the emulated GPU.
#define BOOST_TEST_MODULE cuda_layers
#include <boost/test/unit_test.hpp>

#include "tests/support/cuda_emulator/check_kernels.hpp"
#include "tests/support/equal_maxima.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_LAYERS(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_LAYERS(CHECK_KERNELS)

BOOST_AUTO_TEST_CASE(the_first_of_equal_maxima_gets_the_gradient) {
    Emulated device;
    check_equal_maxima<float>(device);
}
