#include "runtime/cuda/blas.cuh"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "runtime/core/error.hpp"

namespace tn::cuda {

namespace {

void check(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw Error(std::string("cuBLAS: ") + what + ": " + cublasLtGetStatusString(status));
}

cublasComputeType_t compute_type(Precision precision) {
    switch (precision) {
        case Precision::tf32: return CUBLAS_COMPUTE_32F_FAST_TF32;
        case Precision::bf16: return CUBLAS_COMPUTE_32F_FAST_16BF;
        default: return CUBLAS_COMPUTE_32F;
    }
}

/// The largest power of two, up to 256, that a pointer is a multiple of.
std::uint32_t alignment_of(const void* p) {
    return std::uint32_t{1} << std::min(8, std::countr_zero(reinterpret_cast<std::uintptr_t>(p)));
}

}  // namespace

Blas::Blas(Precision precision, cudaStream_t stream, void* workspace)
    : compute_(compute_type(precision)), stream_(stream), workspace_(workspace) {
    cublasLtHandle_t handle = nullptr;
    check(cublasLtCreate(&handle), "cannot start");
    handle_.reset(handle);
}

Blas::Key Blas::key_of(const Product& p) {
    return {p.transpose_a, p.transpose_b, p.m, p.n, p.k, p.lda, p.ldb, p.ldc, p.bias != nullptr, p.sums_of_b != nullptr,
            p.batch, p.stride_a,
            p.stride_b, p.stride_c, alignment_of(p.a), alignment_of(p.b), alignment_of(p.c)};
}

/// A matrix as it lies in memory, column by column.
Blas::Owned<cublasLtMatrixLayout_t> Blas::layout(int rows, int columns, int leading, int batch, std::size_t stride) {
    cublasLtMatrixLayout_t made = nullptr;
    check(cublasLtMatrixLayoutCreate(&made, CUDA_R_32F, static_cast<std::uint64_t>(rows),
                                     static_cast<std::uint64_t>(columns), leading), "a matrix");
    Owned<cublasLtMatrixLayout_t> result(made);
    const auto offset = static_cast<std::int64_t>(stride);
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch, sizeof(batch)), "a batch");
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &offset, sizeof(offset)),
          "a batch's stride");
    return result;
}

const Blas::Plan& Blas::plan(const Product& p) {
    const Key key = key_of(p);
    if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
    Plan made;
    cublasLtMatmulDesc_t matmul = nullptr;
    check(cublasLtMatmulDescCreate(&matmul, compute_, CUDA_R_32F), "a product");
    made.matmul.reset(matmul);
    const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
        check(cublasLtMatmulDescSetAttribute(matmul, attribute, &value, sizeof(value)), "a product's attribute");
    };
    set(CUBLASLT_MATMUL_DESC_TRANSA, p.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, p.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (p.bias) {
        set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
        set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);
    } else if (p.sums_of_b) {
        set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BGRADB);
        set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.sums_of_b);
    }
    made.a = layout(p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.lda, p.batch, p.stride_a);
    made.b = layout(p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.ldb, p.batch, p.stride_b);
    made.c = layout(p.m, p.n, p.ldc, p.batch, p.stride_c);
    cublasLtMatmulPreference_t wanted = nullptr;
    check(cublasLtMatmulPreferenceCreate(&wanted), "a preference");
    const Owned<cublasLtMatmulPreference_t> owner(wanted);
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
        check(cublasLtMatmulPreferenceSetAttribute(wanted, attribute, &value, sizeof(value)), "a preference");
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(p.a));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(p.b));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(p.c));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(p.c));
    cublasLtMatmulHeuristicResult_t best{};
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
        handle_.get(), matmul, made.a.get(), made.b.get(), made.c.get(), made.c.get(), wanted, 1, &best, &found);
    made.found = status == CUBLAS_STATUS_SUCCESS && found > 0;
    if (!p.sums_of_b) check(status, "choosing an algorithm");
    if (!p.sums_of_b && !made.found)
        throw Error("cuBLAS has no algorithm for a product of " + std::to_string(p.m) + " x " + std::to_string(p.k) +
                    " and " + std::to_string(p.k) + " x " + std::to_string(p.n));
    made.algorithm = best.algo;
    return plans_.emplace(key, std::move(made)).first->second;
}

bool Blas::multiply(const Product& p) {
    const Plan& how = plan(p);
    if (!how.found) {
        Product plain = p;
        plain.sums_of_b = nullptr;
        multiply(plain);
        return false;
    }
    if (const void* beside = p.bias ? p.bias : p.sums_of_b)
        check(cublasLtMatmulDescSetAttribute(how.matmul.get(), CUBLASLT_MATMUL_DESC_BIAS_POINTER, &beside,
                                             sizeof(beside)), "a product's bias");
    const float one = 1, zero = 0;
    check(cublasLtMatmul(handle_.get(), how.matmul.get(), &one, p.a, how.a.get(), p.b, how.b.get(), &zero, p.c,
                         how.c.get(), p.c, how.c.get(), &how.algorithm, workspace_, workspace_bytes, stream_),
          "a product");
    return true;
}

}  // namespace tn::cuda
