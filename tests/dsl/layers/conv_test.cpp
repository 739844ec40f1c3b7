#define BOOST_TEST_MODULE conv
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

CHECK_LAYER(conv, Images<Conv<4, 3>>)
CHECK_LAYER(conv_one_by_one, Images<Conv<3, 1>>)
CHECK_LAYER(conv_five, Images<Conv<3, 5>>)
CHECK_LAYER(conv_strided, Images<Conv<4, 3, Stride<2>>>)
CHECK_LAYER(conv_unpadded, Images<Conv<4, 3, Pad<0>>>)
CHECK_LAYER(conv_rectangular, Images<Conv<3, Kernel<3, 1>>>)
CHECK_LAYER(conv_even, Images<Conv<3, 2, Pad<0>>>)
CHECK_LAYER(conv_without_bias, Images<Conv<3, 3, NoBias>>)
CHECK_LAYER(conv_relu, Images<Conv<4, 3>, Relu>)
CHECK_LAYER(conv_norm, Images<Conv<4, 3>, BN>)
CHECK_LAYER(conv_pool, Images<Conv<4, 3>, Pool<2>>)
CHECK_LAYER(conv_norm_relu_pool, Images<Conv<4, 3>, BN, Relu, Pool<2>>)
CHECK_LAYER(conv_norm_pool_overlapping, Images<Conv<4, 3>, BN, Pool<3, Stride<2>>>)
CHECK_LAYER(two_blocks, Images<Conv<4, 3>, BN, Relu, Pool<2>, Conv<5, 3>, BN, Relu>)
CHECK_LAYER(wide_images,
            Net<Image<3, 9, 33>, Batch<4>, Seq<Conv<9, 3>, BN, Relu, Pool<2>, Dense<2>>, SoftmaxCrossEntropy>)
CHECK_LAYER(two_blocks_of_tiles,
            Net<Image<1, 9, 10>, Batch<5>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<16, 3>, BN, Relu, Dense<2>>,
                SoftmaxCrossEntropy>)
