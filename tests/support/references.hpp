// The networks of tests/support/networks.hpp are compared with the same reference on every device: it is compiled once,
// in tests/support/references.
#pragma once

#include <cstdint>

#include "tests/support/layer_checker.hpp"
#include "tests/support/networks.hpp"

// In the namespace tn::test, as in TN_TEST_LAYERS(DECLARE_REFERENCE).
#define DECLARE_REFERENCE(NAME, ...) extern template Comparison<__VA_ARGS__>::Comparison(int, double, std::uint64_t);
#define DEFINE_REFERENCE(NAME, ...) template Comparison<__VA_ARGS__>::Comparison(int, double, std::uint64_t);
