// The frame of a test that needs a GPU: without one it says so, runs nothing and is reported by ctest as skipped.
#pragma once

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "runtime/cuda/gpu.cuh"

namespace tn::test {

/// Names the whole test program's precondition: BOOST_TEST_GLOBAL_FIXTURE(NeedsGpu).
struct NeedsGpu {
    NeedsGpu() {
        const std::string reason = cuda::why_not();
        if (reason.empty()) return;
        std::cout << "skipped: no CUDA device: " << reason << std::endl;
        std::exit(0);
    }
};

}  // namespace tn::test
