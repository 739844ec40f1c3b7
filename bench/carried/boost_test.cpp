// Boost.Test's library from its headers, main() too, for a machine without it.
#include <boost/test/included/unit_test.hpp>
