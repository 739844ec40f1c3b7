#undef BOOST_TEST_MAIN  // the programs have a main of their own
#include "tests/support/references.hpp"

namespace tn::test {

TN_TEST_LOSSES(DEFINE_REFERENCE)

}  // namespace tn::test
