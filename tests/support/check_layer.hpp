// One test case for a network of tests/support/networks.hpp on the CPU: its gradients, and its kernels against the
// reference, for whole and partial batches.
#pragma once

#include "tests/support/layer_checker.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/sanitized.hpp"

#define CHECK_LAYER(NAME, ...)                        \
    BOOST_AUTO_TEST_CASE(NAME) {                      \
        using N = __VA_ARGS__;                        \
        if (!sanitized) check_gradients<N>(N::batch); \
        check_gradients<N>(2);                        \
        check_kernels<N>(N::batch);                   \
        check_kernels<N>(3);                          \
    }
