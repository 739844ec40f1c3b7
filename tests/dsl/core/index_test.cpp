// A number of values beside integers of other types: compared as numbers, and without a warning.
#define BOOST_TEST_MODULE index
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "dsl/core/shape.hpp"

#pragma GCC diagnostic error "-Wsign-compare"

using namespace tn;

namespace {

constexpr Size twelve = Image<3, 2, 2>.size();

static_assert(twelve == 12 && twelve == 12u && twelve == std::size_t{12} && twelve == Index{12});
static_assert(twelve != 11 && 11u < twelve && twelve > 11 && 12 <= twelve && twelve >= 12u && !(twelve < 12) &&
              13u > twelve);
static_assert(twelve <= 12 && 12u >= twelve && Vector<11>.size() < twelve);
static_assert(twelve == Vector<12>.size() && Image<3, 2, 2>.plane() < twelve);
// As numbers, not as bits of them.
static_assert(-1 < twelve && Index{-1} < twelve && twelve > std::int8_t{-1});
static_assert(twelve < std::numeric_limits<std::size_t>::max() && twelve != std::numeric_limits<std::size_t>::max());
// A product with a number of samples is a number of values, too; all else is computed as with an Index.
static_assert(4 * twelve == 48u && twelve * 4 == 48 && std::is_same_v<decltype(4 * twelve), Size>);
static_assert(twelve - 13 == -1 && std::is_same_v<decltype(twelve - 13), Index>);
static_assert(Size(Index{1} << 40) * 4 == Index{1} << 42);

template <class Integer> int counted(Shape shape) {
    int count = 0;
    for (Integer i = 0; i < 2 * shape.size(); ++i) ++count;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_loop_counts_in_any_integer) {
    BOOST_TEST((counted<int>(Image<3, 2, 2>) == 24));
    BOOST_TEST((counted<unsigned>(Image<3, 2, 2>) == 24));
    BOOST_TEST((counted<std::size_t>(Image<3, 2, 2>) == 24));
    BOOST_TEST((counted<Index>(Image<3, 2, 2>) == 24));
}
