// Matrix products on a GPU by cuBLASLt.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <type_traits>

#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/product.hpp"

namespace tn::cuda {

/// cuBLASLt with the plans of the products so far: each is made when its shape is first met.
class Blas {
public:
    static constexpr std::size_t workspace_bytes = std::size_t{8} << 20;

    /// Products run in order on the stream. `workspace` is workspace_bytes of the device's memory, which they share.
    Blas(Precision precision, cudaStream_t stream, void* workspace);

    /// False where cuBLAS has no way to give sums_of_b with the product, which then is there without them. Throws Error
    /// where cuBLAS cannot compute the product.
    bool multiply(const Product& product);

private:
    struct Delete {
        void operator()(cublasLtHandle_t p) const { cublasLtDestroy(p); }
        void operator()(cublasLtMatmulDesc_t p) const { cublasLtMatmulDescDestroy(p); }
        void operator()(cublasLtMatrixLayout_t p) const { cublasLtMatrixLayoutDestroy(p); }
        void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
    };
    template <class Pointer> using Owned = std::unique_ptr<std::remove_pointer_t<Pointer>, Delete>;

    /// A product's shape with everything that cuBLAS needs to run it.
    struct Plan {
        Owned<cublasLtMatmulDesc_t> matmul;
        Owned<cublasLtMatrixLayout_t> a, b, c;
        cublasLtMatmulAlgo_t algorithm{};
        bool found = false;
    };
    using Key = std::tuple<bool, bool, int, int, int, int, int, int, bool, bool, int, std::size_t, std::size_t,
                           std::size_t, std::uint32_t, std::uint32_t, std::uint32_t>;

    static Key key_of(const Product& product);
    static Owned<cublasLtMatrixLayout_t> layout(int rows, int columns, int leading, int batch, std::size_t stride);
    const Plan& plan(const Product& product);

    cublasComputeType_t compute_;
    cudaStream_t stream_;
    void* workspace_;
    Owned<cublasLtHandle_t> handle_;
    std::map<Key, Plan> plans_;
};

}  // namespace tn::cuda
