#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/cuda/blas.cuh"

namespace tn::cuda {

namespace {

void check(cublasStatus_t status, const std::string& what) {
    if (status != CUBLAS_STATUS_SUCCESS) throw Error("cuBLAS: " + what + ": " + cublasLtGetStatusString(status));
}

/// From the wanted one to float's own: never less precise than what is asked for.
std::span<const cublasComputeType_t> compute_types(Precision precision) {
    static constexpr cublasComputeType_t all[] = {CUBLAS_COMPUTE_32F_FAST_16BF, CUBLAS_COMPUTE_32F_FAST_TF32,
                                                  CUBLAS_COMPUTE_32F};
    switch (precision) {
        case Precision::bf16: return all;
        case Precision::tf32: return std::span(all).subspan(1);
        default: return std::span(all).subspan(2);
    }
}

std::string shape(const Product& p) {
    return "a product of " + std::to_string(p.m) + " x " + std::to_string(p.k) + " x " + std::to_string(p.n) +
           " (m x k x n)";
}

/// The largest power of two, up to 256, that a pointer is a multiple of.
std::uint32_t alignment_of(const void* p) {
    return std::uint32_t{1} << std::min(8, std::countr_zero(reinterpret_cast<std::uintptr_t>(p)));
}

}  // namespace

Blas::Blas(Precision precision, cudaStream_t stream, void* workspace)
    : compute_types_(compute_types(precision)), stream_(stream), workspace_(workspace) {
    cublasLtHandle_t handle = nullptr;
    check(cublasLtCreate(&handle), "cannot start");
    handle_.reset(handle);
}

Blas::Key Blas::key_of(const Product& p) {
    return {p.transpose_a,
            p.transpose_b,
            p.m,
            p.n,
            p.k,
            p.lda,
            p.ldb,
            p.ldc,
            p.bias != nullptr,
            p.sums_of_b != nullptr,
            p.batch,
            p.stride_a,
            p.stride_b,
            p.stride_c,
            alignment_of(p.a),
            alignment_of(p.b),
            alignment_of(p.c)};
}

/// A matrix as it lies in memory, column by column.
Blas::Owned<cublasLtMatrixLayout_t> Blas::layout(int rows, int columns, int leading, int batch, std::size_t stride) {
    cublasLtMatrixLayout_t made = nullptr;
    check(cublasLtMatrixLayoutCreate(&made, CUDA_R_32F, rows, columns, leading), "a matrix");
    Owned<cublasLtMatrixLayout_t> result(made);
    const std::int64_t offset = stride;
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch, sizeof(batch)), "a batch");
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &offset, sizeof(offset)),
          "a batch's stride");
    return result;
}

/// The algorithm that cuBLAS prefers for the plan's matrices with this compute type, unless it has none.
cublasStatus_t Blas::choose(Plan& plan, const Product& p, cublasComputeType_t compute) {
    cublasLtMatmulDesc_t matmul = nullptr;
    check(cublasLtMatmulDescCreate(&matmul, compute, CUDA_R_32F), "a product");
    plan.matmul.reset(matmul);
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
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(handle_.get(), matmul, plan.a.get(), plan.b.get(),
                                                                 plan.c.get(), plan.c.get(), wanted, 1, &best, &found);
    plan.algorithm = best.algo;
    return status == CUBLAS_STATUS_SUCCESS && found < 1 ? CUBLAS_STATUS_NOT_SUPPORTED : status;
}

Blas::Plan& Blas::plan(const Product& p) {
    const Key key = key_of(p);
    if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
    if (records_) throw Error("cuBLAS: " + shape(p) + " cannot be recorded before it has run once");
    Plan made;
    made.a = layout(p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.lda, p.batch, p.stride_a);
    made.b = layout(p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.ldb, p.batch, p.stride_b);
    made.c = layout(p.m, p.n, p.ldc, p.batch, p.stride_c);
    cublasStatus_t status = CUBLAS_STATUS_NOT_SUPPORTED;
    for (const cublasComputeType_t compute : compute_types_) {
        status = choose(made, p, compute);
        made.runs = status == CUBLAS_STATUS_SUCCESS;
        if (made.runs) break;
    }
    if (!made.runs && !p.has_epilogue()) check(status, "no algorithm for " + shape(p));
    return plans_.emplace(key, std::move(made)).first->second;
}

cublasStatus_t Blas::run(const Plan& plan, const Product& p) {
    if (const void* beside = p.bias ? p.bias : p.sums_of_b)
        check(cublasLtMatmulDescSetAttribute(plan.matmul.get(), CUBLASLT_MATMUL_DESC_BIAS_POINTER, &beside,
                                             sizeof(beside)),
              "a product's bias");
    const float one = 1, zero = 0;
    return cublasLtMatmul(handle_.get(), plan.matmul.get(), &one, p.a, plan.a.get(), p.b, plan.b.get(), &zero, p.c,
                          plan.c.get(), p.c, plan.c.get(), &plan.algorithm, workspace_, workspace_bytes, stream_);
}

bool Blas::multiply(const Product& p) {
    Plan& how = plan(p);
    if (how.runs) {
        const cublasStatus_t status = run(how, p);
        if (status == CUBLAS_STATUS_SUCCESS) return true;
        if (!p.has_epilogue()) check(status, shape(p));
        how.runs = false;
    }
    multiply(p.without_epilogue());
    return false;
}

}  // namespace tn::cuda
