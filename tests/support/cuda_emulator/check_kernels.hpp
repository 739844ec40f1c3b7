// One test case for a network of tests/support/networks.hpp on the emulated GPU, through the generic layer checker:
// what a GPU would compute, without one.
#pragma once

#include "runtime/cuda/device.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"
#include "tests/support/layer_checker.hpp"
#include "tests/support/references.hpp"
#include "tests/support/sanitized.hpp"

namespace tn::test {

template <cuda::Precision P> using EmulatedIn = cuda::BasicDevice<Emulator, P>;
using Emulated = EmulatedIn<cuda::Precision::fp32>;

/// Agreement with the reference, fused and not, and the same bits whichever blocks and threads come first.
template <class N, cuda::Precision P = cuda::Precision::fp32> void check_emulated(int n, double tolerance = 2e-4) {
    Comparison<N> comparison(n, tolerance);
    const auto check = [&](auto fusion, const std::string& how) {
        EmulatedIn<P> forwards(0), backwards(1);
        const Result one = comparison.template run<fusion()>(forwards);
        comparison.agree(one, how);
        BOOST_TEST(forwards.gpu().launches() > 0);
        BOOST_TEST(one.values == comparison.template run<fusion()>(backwards).values,
                   how << ": the order of blocks changes bits");
    };
    check(std::integral_constant<Fusion, Fusion::on>{}, "fused");
    // Kernels of layers by themselves are also in networks in which nothing fuses.
    if constexpr (!sanitized) check(std::integral_constant<Fusion, Fusion::off>{}, "unfused");
}

}  // namespace tn::test

#define CHECK_KERNELS(NAME, ...)              \
    BOOST_AUTO_TEST_CASE(NAME) {              \
        using N = __VA_ARGS__;                \
        for (int n : {3, 1, int{N::batch}}) { \
            check_emulated<N>(n);             \
            if (sanitized) break;             \
        }                                     \
    }
