#define BOOST_TEST_MODULE epoch_order
#include "runtime/data/epoch_order.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

using namespace tn;

namespace {

std::vector<int> order_of(int count, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<int> order(count);
    std::vector<std::uint64_t> keys(order.size());
    epoch_order(order, keys, seed, epoch);
    return order;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_picture_is_there_once) {
    for (const int count : {0, 1, 2, 1000}) {
        std::vector<int> order = order_of(count, 3, 5);
        std::sort(order.begin(), order.end());
        for (int i = 0; i < count; ++i) BOOST_REQUIRE_EQUAL(order[i], i);
    }
}

BOOST_AUTO_TEST_CASE(seed_and_epoch_decide_it) {
    const std::vector<int> one = order_of(100, 3, 5);
    BOOST_TEST((one == order_of(100, 3, 5)));
    BOOST_TEST((one != order_of(100, 3, 6)));
    BOOST_TEST((one != order_of(100, 4, 5)));
    BOOST_TEST((one != order_of(100, 3, 5 + (std::uint64_t{1} << 32))));
}

// Each of 25 counts is binomial with mean 2000 and deviation 40; at 5 deviations a right shuffle is all but certain.
BOOST_AUTO_TEST_CASE(every_picture_is_at_every_place_equally_often) {
    int counts[5][5]{};
    for (std::uint64_t epoch = 0; epoch < 10000; ++epoch) {
        const std::vector<int> order = order_of(5, 1, epoch);
        for (std::size_t place = 0; place < 5; ++place) ++counts[order[place]][place];
    }
    for (const auto& of_picture : counts)
        for (const int count : of_picture) BOOST_TEST(std::abs(count - 2000) < 200);
}
