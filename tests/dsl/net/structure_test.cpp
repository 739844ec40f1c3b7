#define BOOST_TEST_MODULE structure
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

CHECK_LAYER(residual, Images<Conv<3, 3>, Residual<Conv<3, 3>, BN, Relu>>)
CHECK_LAYER(residual_shortcut, Images<Residual<Conv<4, 3, Stride<2>>, Relu, Shortcut<Conv<4, 1, Stride<2>, Pad<0>>>>>)
CHECK_LAYER(concat, Images<Concat<Conv<3, 1>, Seq<Conv<2, 3>, Relu>, Conv<1, 5>>>)
CHECK_LAYER(nested, Images<Conv<2, 3>, Residual<Concat<Conv<1, 1>, Conv<1, 3>>, Relu>, Relu>)
CHECK_LAYER(concat_of_the_input_itself, Images<Concat<Conv<2, 3>, Sigmoid>>)
CHECK_LAYER(seq_in_seq, Images<Seq<Conv<2, 3>, Seq<Relu, Pool<2>>>>)
