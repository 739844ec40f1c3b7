// Matrix products on a GPU by cuBLASLt.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>

#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/product.hpp"

namespace tn::cuda {

/// cuBLASLt with the plans of the products so far: each is made when its shape is first met.
///
/// cuBLAS need not have an algorithm for a shape, a precision and an epilogue together. The first that it has is taken:
/// with the epilogue by the precision asked for, by TF32 and by float, as far as they are more precise; then the same
/// without it. Its ReLU epilogue is not used, as it hides NaN (dense_forward in runtime/cuda/device.hpp).
class Blas {
public:
    static constexpr std::size_t workspace_bytes = std::size_t{8} << 20;

    /// Products run in order on the stream. `workspace` is workspace_bytes of the device's memory, which they share.
    Blas(Precision precision, cudaStream_t stream, void* workspace);

    /// False where it left out the product's epilogue, which the caller then does. Throws Error with cuBLAS's status
    /// and m x k x n where not even the product by itself can be computed.
    bool multiply(const Product& product);

    /// Between records(true) and records(false), while the stream is captured, nothing is planned: a product of a shape
    /// that has not run before is an Error.
    void records(bool does) { records_ = does; }

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
        Owned<cublasLtMatrixLayout_t> a, b, c;
        Owned<cublasLtMatmulDesc_t> matmul;
        cublasLtMatmulAlgo_t algorithm{};
        bool runs = false;  ///< false: cuBLAS refuses it
    };
    using Key = std::tuple<bool, bool, int, int, int, int, int, int, bool, bool, int, std::size_t, std::size_t,
                           std::size_t, std::uint32_t, std::uint32_t, std::uint32_t>;

    static Key key_of(const Product& product);
    static Owned<cublasLtMatrixLayout_t> layout(int rows, int columns, int leading, int batch, std::size_t stride);
    Plan& plan(const Product& product);
    cublasStatus_t choose(Plan& plan, const Product& product, cublasComputeType_t compute);
    cublasStatus_t run(const Plan& plan, const Product& product);

    std::span<const cublasComputeType_t> compute_types_;  ///< in the order in which they are tried
    cudaStream_t stream_;
    void* workspace_;
    Owned<cublasLtHandle_t> handle_;
    std::map<Key, Plan> plans_;
    bool records_ = false;
};

}  // namespace tn::cuda
