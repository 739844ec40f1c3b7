// The layers over positions and sequences, on the emulated GPU.
#define BOOST_TEST_MODULE cuda_sequences
#include <boost/test/unit_test.hpp>

#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_SEQUENCES(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_SEQUENCES(CHECK_KERNELS)
