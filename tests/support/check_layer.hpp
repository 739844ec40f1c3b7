// One test case a network: its gradients, and its kernels against the reference, for whole and partial batches.
#pragma once

#include "tests/support/layer_checker.hpp"
#include "tests/support/sanitized.hpp"

namespace tn::test {

/// Layers under test between an input of odd sizes and a small classifier.
template <class... Ls> using Images = Net<Image<2, 7, 5>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;
template <class... Ls> using Vectors = Net<Vector<6>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;

}  // namespace tn::test

#define CHECK_LAYER(NAME, ...)                        \
    BOOST_AUTO_TEST_CASE(NAME) {                      \
        using N = __VA_ARGS__;                        \
        if (!sanitized) check_gradients<N>(N::batch); \
        check_gradients<N>(2);                        \
        check_kernels<N>(N::batch);                   \
        check_kernels<N>(3);                          \
    }
