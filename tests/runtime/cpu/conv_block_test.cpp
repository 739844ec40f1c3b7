// Every kind of block, of every method, against loops in double.
#define BOOST_TEST_MODULE conv_block
#include "runtime/cpu/conv_block.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/cpu/conv_block_check.hpp"

using namespace tn;
using namespace tn::test;

BOOST_AUTO_TEST_CASE(the_blocks_of_a_photograph_network) {
    check<BlockGeometry{conv3(1, 32, 32, 16), true, true, true, 2, 2}>(3);
    check<BlockGeometry{conv3(16, 16, 16, 32), true, true, true, 2, 2}>(5);
    check<BlockGeometry{conv3(8, 64, 64, 8), false, true, true, 2, 2}>(2);
    check<BlockGeometry{conv3(3, 4, 128, 9), false, true, true, 2, 2}>(2);
}

BOOST_AUTO_TEST_CASE(widths_that_are_no_whole_vectors) {
    check<BlockGeometry{conv3(1, 28, 28, 8), true, true, true, 2, 2}>(3);
    check<BlockGeometry{conv3(8, 14, 14, 10), true, true, true, 2, 2}>(19);
    check<BlockGeometry{conv3(5, 7, 7, 6), false, true, true, 2, 2}>(33);
    check<BlockGeometry{conv3(3, 5, 5, 3), true, true, false, 2, 2}>(4);
    check<BlockGeometry{conv3(2, 9, 33, 3), true, true, true, 2, 2}>(2);
    check<BlockGeometry{conv3(4, 1, 1, 5), true, true, true}>(6);
    check<BlockGeometry{conv3(1, 1, 1, 1), true, true, true}>(1);
    check<BlockGeometry{conv3(3, 2, 3, 2), true, false, true}>(2);
}

BOOST_AUTO_TEST_CASE(every_combination_of_what_is_fused) {
    constexpr ConvGeometry odd = conv3(3, 7, 9, 5), even = conv3(3, 4, 16, 5);
    check<BlockGeometry{odd, false, false, false}>(3);
    check<BlockGeometry{odd, true, false, false}>(3);
    check<BlockGeometry{odd, false, true, false}>(3);
    check<BlockGeometry{odd, true, true, false}>(3);
    check<BlockGeometry{odd, false, false, true}>(3);
    check<BlockGeometry{odd, true, false, true}>(3);
    check<BlockGeometry{odd, false, true, true}>(3);
    check<BlockGeometry{odd, false, false, false, 2, 2}>(3);
    check<BlockGeometry{odd, true, false, false, 2, 2}>(3);
    check<BlockGeometry{odd, false, true, false, 2, 2}>(3);
    check<BlockGeometry{odd, false, false, true, 2, 2}>(3);
    check<BlockGeometry{odd, true, false, true, 2, 2}>(3);
    check<BlockGeometry{even, false, false, false}>(3);
    check<BlockGeometry{even, true, false, false}>(3);
    check<BlockGeometry{even, true, true, true}>(3);
    check<BlockGeometry{even, true, false, true, 2, 2}>(3);
}

BOOST_AUTO_TEST_CASE(winograd_tiles) {
    constexpr auto method = cpu::Method::winograd;
    check_method<BlockGeometry{conv3(16, 4, 4, 16), true, true, true, 2, 2}, method>(9);
    check_method<BlockGeometry{conv3(32, 8, 8, 48), false, true, true, 2, 2}, method>(5);
    check_method<BlockGeometry{conv3(48, 6, 5, 16), true, true, true, 2, 2}, method>(4);
    check_method<BlockGeometry{conv3(16, 7, 9, 32), false, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(16, 7, 9, 32), false, true, true}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, true}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, false}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), false, false, false}, method>(3);
    check_method<BlockGeometry{conv3(16, 5, 70, 16), true, true, false, 2, 2}, method>(2);
    check_method<BlockGeometry{conv3(16, 34, 18, 16), false, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{16, 8, 9, 16, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{{16, 5, 6, 16, 3, 3, 1, 2}, false, true, true}, method>(3);
}

/// The groups of a deep layer are computed by all threads; 48 samples are several of them.
BOOST_AUTO_TEST_CASE(winograd_tiles_of_deep_layers) {
    constexpr auto method = cpu::Method::winograd;
    static_assert(cpu::WinogradPlan({conv3(144, 5, 4, 928), true, true, true}).deep(false));
    check_method<BlockGeometry{conv3(144, 5, 4, 928), true, true, true}, method>(2);
    check_method<BlockGeometry{conv3(928, 4, 4, 144), false, true, true, 2, 2}, method>(2);
    static_assert(cpu::WinogradPlan({conv3(128, 4, 6, 128), true, false, false}).deep(true));
    check_method<BlockGeometry{conv3(128, 4, 6, 128), true, false, false}, method>(3);
}

BOOST_AUTO_TEST_CASE(stem_windows) {
    constexpr auto method = cpu::Method::stem;
    check_method<BlockGeometry{conv3(3, 16, 16, 16), true, true, true, 2, 2}, method>(5);
    check_method<BlockGeometry{conv3(1, 7, 9, 32), false, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(1, 37, 35, 3), false, true, true, 2, 2}, method>(18);
    check_method<BlockGeometry{conv3(2, 6, 70, 16), true, true, false, 2, 2}, method>(2);
    check_method<BlockGeometry{conv3(2, 9, 7, 16), true, false, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(3, 5, 4, 2), false, false, false, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(1, 2, 2, 1), true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(3, 3, 2, 5), true, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{2, 12, 11, 5, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(18);
    check_method<BlockGeometry{{1, 4, 5, 3, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{2, 8, 9, 3, 3, 3, 1, 2}, true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{{1, 1, 2, 3, 3, 3, 1, 3}, true, true, true, 2, 2}, method>(3);
}

BOOST_AUTO_TEST_CASE(other_kernels_strides_and_margins) {
    check<BlockGeometry{{3, 16, 16, 6, 5, 5, 1, 2}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{3, 12, 10, 6, 5, 5, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{7, 16, 16, 9, 1, 1, 1, 0}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{1, 12, 11, 16, 5, 5, 1, 2}, true, true, true, 2, 2}>(18);
    check<BlockGeometry{{20, 6, 5, 16, 1, 1, 1, 0}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{7, 5, 6, 9, 1, 1, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{2, 5, 6, 3, 1, 1, 1, 1}, true, true, true}>(3);
    check<BlockGeometry{{2, 5, 6, 3, 2, 2, 1, 3}, true, false, false}>(3);
    check<BlockGeometry{{3, 32, 32, 8, 3, 3, 2, 1}, true, true, true}>(3);
    check<BlockGeometry{{3, 15, 13, 8, 3, 3, 2, 1}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{3, 15, 13, 8, 3, 3, 2, 0}, false, true, true}>(3);
    check<BlockGeometry{{2, 9, 9, 4, 1, 1, 2, 0}, true, true, true}>(3);
    check<BlockGeometry{{2, 11, 12, 4, 2, 3, 3, 2}, true, true, true}>(3);
    check<BlockGeometry{{2, 8, 8, 4, 8, 8, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{1, 6, 40, 2, 1, 7, 1, 3}, true, false, true}>(2);
    check<BlockGeometry{{3, 17, 17, 4, 7, 7, 2, 3}, true, true, true, 3, 2}>(2);
}

BOOST_AUTO_TEST_CASE(more_margin_below_and_on_the_right) {
    check<BlockGeometry{{3, 16, 14, 8, 3, 3, 2, 0, 1}, true, true, true}>(3);
    check<BlockGeometry{{3, 9, 8, 8, 5, 5, 2, 1, 1}, false, true, true, 2, 2}>(3);
    check<BlockGeometry{{16, 8, 8, 16, 3, 3, 1, 0, 2}, true, false, true}>(2);
    check<BlockGeometry{{32, 6, 6, 32, 3, 3, 2, 0, 1}, true, true, true}>(2);
}

/// Ceilings that many values reach.
BOOST_AUTO_TEST_CASE(rectifiers_with_a_ceiling) {
    check<BlockGeometry{conv3(3, 7, 9, 5), true, true, true, 0, 0, 1}>(3);
    check<BlockGeometry{conv3(2, 8, 8, 5), false, true, true, 2, 2, 1}>(3);
    check<BlockGeometry{conv3(2, 8, 8, 5), false, true, true, 3, 2, 1}>(3);
    check<BlockGeometry{conv3(16, 8, 9, 16), true, true, true, 0, 0, 2}>(3);
    check<BlockGeometry{conv3(16, 8, 9, 16), false, true, true, 2, 2, 2}>(3);
    check<BlockGeometry{{32, 6, 6, 32, 1, 1, 1, 0}, true, true, true, 0, 0, 1}>(3);
}

BOOST_AUTO_TEST_CASE(other_pooling_windows) {
    check<BlockGeometry{conv3(2, 16, 16, 3), true, true, true, 3, 2}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, true, 3, 3}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, false, 2, 1}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, true, 2, 3}>(3);
    check<BlockGeometry{conv3(2, 6, 6, 3), true, true, true, 6, 6}>(3);
    check<BlockGeometry{conv3(2, 33, 16, 3), true, false, true, 16, 1}>(2);
    check<BlockGeometry{conv3(2, 5, 16, 3), true, true, true, 1, 2}>(2);
    check<BlockGeometry{conv3(2, 130, 16, 3), true, true, true, 3, 1}>(2);
}
