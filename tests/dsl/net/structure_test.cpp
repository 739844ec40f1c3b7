#define BOOST_TEST_MODULE structure
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_STRUCTURES(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_STRUCTURES(CHECK_LAYER)
