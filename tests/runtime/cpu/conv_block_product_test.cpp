// Every kind of block by the product method, whatever the method that is chosen for its sizes, against loops in double.
#define BOOST_TEST_MODULE conv_block_product
#include <boost/test/unit_test.hpp>

#include "runtime/cpu/conv_block.hpp"
#include "tests/runtime/cpu/conv_block_check.hpp"

using namespace tn;
using namespace tn::test;

namespace {

template <BlockGeometry G> void check_product(int batch) { check<G, cpu::Method::product>(batch); }

}  // namespace

BOOST_AUTO_TEST_CASE(windows_of_one_pixel) {
    check_product<BlockGeometry{{20, 6, 5, 16, 1, 1, 1, 0}, true, true, true, 2, 2}>(3);
    check_product<BlockGeometry{{7, 5, 6, 9, 1, 1, 1, 0}, true, true, true}>(11);
    check_product<BlockGeometry{{3, 17, 19, 9, 1, 1, 1, 0}, false, false, false}>(3);
    check_product<BlockGeometry{{9, 9, 9, 4, 1, 1, 2, 0}, true, true, true}>(3);
    check_product<BlockGeometry{{2, 8, 8, 4, 1, 1, 2, 0}, true, false, false}>(3);
    check_product<BlockGeometry{{2, 5, 6, 3, 1, 1, 1, 1}, true, true, true}>(3);
}

BOOST_AUTO_TEST_CASE(small_planes_of_many_samples) {
    check_product<BlockGeometry{conv3(70, 2, 2, 24), true, true, true}>(19);
    check_product<BlockGeometry{conv3(16, 4, 4, 17), true, true, true, 2, 2}>(18);
    check_product<BlockGeometry{conv3(5, 1, 1, 5), true, true, true}>(6);
    check_product<BlockGeometry{conv3(1, 1, 1, 1), true, false, true}>(1);
}

BOOST_AUTO_TEST_CASE(few_columns) {
    check_product<BlockGeometry{conv3(130, 2, 2, 18), true, true, true}>(2);
    check_product<BlockGeometry{conv3(9, 3, 5, 6), true, false, true}>(1);
    check_product<BlockGeometry{{70, 3, 4, 7, 3, 3, 2, 1}, true, true, true}>(3);
    check_product<BlockGeometry{{75, 1, 3, 9, 1, 1, 1, 0}, true, true, false}>(5);
}

BOOST_AUTO_TEST_CASE(planes_in_parts) {
    check_product<BlockGeometry{conv3(3, 20, 34, 5), true, true, true}>(3);
    check_product<BlockGeometry{conv3(2, 33, 16, 9), false, false, true, 3, 2}>(2);
    check_product<BlockGeometry{conv3(3, 4, 128, 9), false, true, false}>(2);
}

BOOST_AUTO_TEST_CASE(every_combination_of_what_is_fused) {
    constexpr ConvGeometry odd = conv3(3, 7, 9, 5), even = conv3(3, 4, 16, 5);
    check_product<BlockGeometry{odd, false, false, false}>(3);
    check_product<BlockGeometry{odd, true, false, false}>(3);
    check_product<BlockGeometry{odd, true, true, false}>(3);
    check_product<BlockGeometry{odd, false, false, true}>(3);
    check_product<BlockGeometry{odd, true, false, false, 2, 2}>(3);
    check_product<BlockGeometry{odd, false, true, false, 2, 2}>(3);
    check_product<BlockGeometry{odd, true, false, true, 2, 2}>(3);
    check_product<BlockGeometry{even, true, true, true}>(3);
    check_product<BlockGeometry{odd, true, true, true, 3, 1}>(3);
}

BOOST_AUTO_TEST_CASE(other_kernels_strides_and_margins) {
    check_product<BlockGeometry{{3, 16, 16, 6, 5, 5, 1, 2}, true, true, true, 2, 2}>(3);
    check_product<BlockGeometry{{2, 5, 6, 3, 2, 2, 1, 3}, true, false, false}>(3);
    check_product<BlockGeometry{{3, 32, 32, 8, 3, 3, 2, 1}, true, true, true}>(3);
    check_product<BlockGeometry{{3, 15, 13, 8, 3, 3, 2, 0}, false, true, true}>(3);
    check_product<BlockGeometry{{2, 11, 12, 4, 2, 3, 3, 2}, true, true, true}>(3);
    check_product<BlockGeometry{{2, 8, 8, 4, 8, 8, 1, 0}, true, true, true}>(3);
    check_product<BlockGeometry{{1, 6, 40, 2, 1, 7, 1, 3}, true, false, true}>(2);
    check_product<BlockGeometry{{3, 17, 17, 4, 7, 7, 2, 3}, true, true, true, 3, 2}>(2);
}
