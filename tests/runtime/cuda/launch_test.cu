// Which kernels may begin while the one before them still runs: a part of the CUDA runtime and of cuBLASLt is replaced
// here, so this runs without a GPU.
#define BOOST_TEST_MODULE cuda_launch
#include <cublasLt.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "runtime/cuda/gpu.cuh"

namespace {

/// A device, what the program was compiled for, and of every launch whether it may overlap.
struct Fake {
    int major, compiled_for;
    std::vector<bool> overlaps;
};
Fake fake;

}  // namespace

#if !defined(__CUDA_ARCH__)  // device code has functions of these names of its own
extern "C" {

cudaError_t cudaDriverGetVersion(int* version) {
    *version = CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
    *count = 1;
    return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
    *value = fake.major;
    return cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
    attributes->ptxVersion = fake.compiled_for;
    attributes->binaryVersion = 10 * fake.major;
    return cudaSuccess;
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* launch, const void*, void**) {
    fake.overlaps.push_back(launch->numAttrs == 1 &&
                            launch->attrs[0].id == cudaLaunchAttributeProgrammaticStreamSerialization);
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int) { return cudaSuccess; }
cudaError_t cudaGetLastError() { return cudaSuccess; }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned) { return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaMalloc(void**, std::size_t) { return cudaSuccess; }
cudaError_t cudaFree(void*) { return cudaSuccess; }
cublasStatus_t cublasLtCreate(cublasLtHandle_t*) { return CUBLAS_STATUS_SUCCESS; }
cublasStatus_t cublasLtDestroy(cublasLtHandle_t) { return CUBLAS_STATUS_SUCCESS; }

}  // extern "C"
#endif

namespace {

using namespace tn;

struct Nothing {
    template <class Thread> TN_DEVICE void operator()(Thread&) const {}
};
struct NothingElse : Nothing {};

std::vector<bool> launches(int major, int compiled_for, bool wanted) {
    fake = {major, compiled_for, {}};
    cuda::Gpu gpu;
    gpu.overlap(wanted);
    gpu.launch(Nothing{}, 1, cuda::warp);
    gpu.launch(NothingElse{}, 1, cuda::warp);
    gpu.launch(Nothing{}, 1, cuda::warp);
    return fake.overlaps;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_kernel_begins_early_where_its_code_waits_for_its_turn) {
    const std::vector<bool> early(3, true), in_turn(3, false);
    BOOST_TEST((launches(9, 90, true) == early));
    BOOST_TEST((launches(12, 120, true) == early));
    BOOST_TEST((launches(12, 90, true) == early));
    BOOST_TEST((launches(9, 90, false) == in_turn));
    BOOST_TEST((launches(8, 80, true) == in_turn));
    // Translated from PTX for an older GPU: this code has no wait.
    BOOST_TEST((launches(9, 80, true) == in_turn));
    BOOST_TEST((launches(12, 80, true) == in_turn));
}
