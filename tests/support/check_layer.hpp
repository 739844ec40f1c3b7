// One test case for a network of tests/support/networks.hpp on the CPU: its gradients, and its kernels against the
// reference, for whole and partial batches.
#pragma once

#include "tests/support/layer_checker.hpp"
#include "tests/support/references.hpp"
#include "tests/support/sanitized.hpp"

namespace tn::test {

/// The gradients are those of mathematics in double, which run under the sanitizers as what kernels are compared with.
template <class N> void check_layer() {
    if constexpr (!sanitized) {
        check_gradients<N>(N::batch);
        check_gradients<N>(2);
    }
    check_kernels<N>(N::batch);
    check_kernels<N>(3);
}

}  // namespace tn::test

#define CHECK_LAYER(NAME, ...) \
    BOOST_AUTO_TEST_CASE(NAME) { check_layer<__VA_ARGS__>(); }
