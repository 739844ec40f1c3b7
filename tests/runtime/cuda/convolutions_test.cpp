// The networks that every device is tested with, on the emulated GPU.
#define BOOST_TEST_MODULE cuda_convolutions
#include <boost/test/unit_test.hpp>

#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_CONVOLUTIONS(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_CONVOLUTIONS(CHECK_KERNELS)
