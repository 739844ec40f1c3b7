#define BOOST_TEST_MODULE sequences
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

TN_TEST_SEQUENCES(CHECK_LAYER)
