#include "runtime/cuda/gpu.cuh"

#include <cublasLt.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <tuple>

#include "dsl/net/summary.hpp"

namespace tn::cuda {

namespace {

void check(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw Error(std::string("cuBLAS: ") + what + ": " + cublasLtGetStatusString(status));
}

/// Does nothing: whether it is there says whether this program was built for the device.
__global__ void probe() {}

std::string version(int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); }

cublasComputeType_t compute_type(Precision precision) {
    switch (precision) {
        case Precision::tf32: return CUBLAS_COMPUTE_32F_FAST_TF32;
        case Precision::bf16: return CUBLAS_COMPUTE_32F_FAST_16BF;
        default: return CUBLAS_COMPUTE_32F;
    }
}

struct LayoutDeleter {
    void operator()(cublasLtMatrixLayout_t p) const { cublasLtMatrixLayoutDestroy(p); }
};
using Layout = std::unique_ptr<std::remove_pointer_t<cublasLtMatrixLayout_t>, LayoutDeleter>;

/// A matrix as it lies in memory, column by column.
Layout layout(int rows, int columns, int leading, int batch, std::size_t stride) {
    cublasLtMatrixLayout_t made = nullptr;
    check(cublasLtMatrixLayoutCreate(&made, CUDA_R_32F, static_cast<std::uint64_t>(rows),
                                     static_cast<std::uint64_t>(columns), leading), "a matrix");
    Layout result(made);
    const auto offset = static_cast<std::int64_t>(stride);
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch, sizeof(batch)), "a batch");
    check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &offset, sizeof(offset)),
          "a batch's stride");
    return result;
}

/// The largest power of two, up to 256, that a pointer is a multiple of.
std::uint32_t alignment_of(const void* p) {
    return std::uint32_t{1} << std::min(8, std::countr_zero(reinterpret_cast<std::uintptr_t>(p)));
}

struct MatmulDeleter {
    void operator()(cublasLtMatmulDesc_t p) const { cublasLtMatmulDescDestroy(p); }
};
struct PreferenceDeleter {
    void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
};

/// A product's shape with everything that cuBLAS needs to run it, made when the shape is first met.
struct Plan {
    std::unique_ptr<std::remove_pointer_t<cublasLtMatmulDesc_t>, MatmulDeleter> matmul;
    Layout a, b, c;
    cublasLtMatmulAlgo_t algorithm{};
    bool found = false;
};

using Key = std::tuple<bool, bool, int, int, int, int, int, int, bool, bool, int, std::size_t, std::size_t, std::size_t,
                       std::uint32_t, std::uint32_t, std::uint32_t>;

Key key_of(const Product& p) {
    return {p.transpose_a, p.transpose_b, p.m, p.n, p.k, p.lda, p.ldb, p.ldc, p.bias != nullptr, p.sums_of_b != nullptr,
            p.batch, p.stride_a,
            p.stride_b, p.stride_c, alignment_of(p.a), alignment_of(p.b), alignment_of(p.c)};
}

}  // namespace

void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess) throw Error(std::string("CUDA: ") + what + ": " + cudaGetErrorString(error));
}

int device_count() {
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess) {
        cudaGetLastError();
        return 0;
    }
    return count;
}

std::string why_not(int device) {
    int driver = 0, count = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return "there is no CUDA driver on this machine";
    if (driver / 1000 < CUDART_VERSION / 1000)
        return "the driver is for CUDA " + version(driver) + ", but this program was built with CUDA " +
               version(CUDART_VERSION);
    const cudaError_t error = cudaGetDeviceCount(&count);
    cudaGetLastError();
    if (error != cudaSuccess) return std::string("the driver says: ") + cudaGetErrorString(error);
    if (count == 0) return "there is no CUDA device on this machine";
    if (device < 0 || device >= count)
        return "CUDA device " + std::to_string(device) + " is not there: there are " + std::to_string(count);
    check(cudaSetDevice(device), "the device cannot be chosen");
    cudaFuncAttributes attributes{};
    if (cudaFuncGetAttributes(&attributes, probe) != cudaSuccess) {
        cudaGetLastError();
        cudaDeviceProp properties{};
        check(cudaGetDeviceProperties(&properties, device), "asking the device");
        return std::string("this program was not built for the architecture of ") + properties.name + ", sm_" +
               std::to_string(properties.major) + std::to_string(properties.minor);
    }
    return "";
}

std::size_t free_bytes() {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "asking for the free memory");
    return free;
}

/// cuBLASLt, its scratch memory and the plans of the products so far.
struct Gpu::Blas {
    static constexpr std::size_t workspace_bytes = std::size_t{8} << 20;

    Blas(Precision precision, cudaStream_t stream) : compute(compute_type(precision)), stream(stream) {
        check(cublasLtCreate(&handle), "cannot start");
        const cudaError_t error = cudaMalloc(&workspace, workspace_bytes);
        if (error != cudaSuccess) cublasLtDestroy(handle);
        tn::cuda::check(error, "no memory for cuBLAS");
    }
    ~Blas() {
        cudaFree(workspace);
        cublasLtDestroy(handle);
    }

    const Plan& plan(const Product& p) {
        const Key key = key_of(p);
        if (const auto known = plans.find(key); known != plans.end()) return known->second;
        Plan made;
        cublasLtMatmulDesc_t matmul = nullptr;
        check(cublasLtMatmulDescCreate(&matmul, compute, CUDA_R_32F), "a product");
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
        const std::unique_ptr<std::remove_pointer_t<cublasLtMatmulPreference_t>, PreferenceDeleter> owner(wanted);
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
            handle, matmul, made.a.get(), made.b.get(), made.c.get(), made.c.get(), wanted, 1, &best, &found);
        made.found = status == CUBLAS_STATUS_SUCCESS && found > 0;
        if (!p.sums_of_b) check(status, "choosing an algorithm");
        if (!p.sums_of_b && !made.found)
            throw Error("cuBLAS has no algorithm for a product of " + std::to_string(p.m) + " x " +
                        std::to_string(p.k) + " and " + std::to_string(p.k) + " x " + std::to_string(p.n));
        made.algorithm = best.algo;
        return plans.emplace(key, std::move(made)).first->second;
    }

    bool multiply(const Product& p) {
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
        check(cublasLtMatmul(handle, how.matmul.get(), &one, p.a, how.a.get(), p.b, how.b.get(), &zero, p.c,
                             how.c.get(), p.c, how.c.get(), &how.algorithm, workspace, workspace_bytes, stream),
              "a product");
        return true;
    }

    cublasComputeType_t compute;
    cudaStream_t stream;
    cublasLtHandle_t handle = nullptr;
    void* workspace = nullptr;
    std::map<Key, Plan> plans;
};

Gpu::Gpu(Precision precision, int device) : precision_(precision), device_(device) {
    if (const std::string reason = why_not(device); !reason.empty()) throw Error("CUDA cannot run here: " + reason);
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
    try {
        blas_ = std::make_unique<Blas>(precision, stream_);
    } catch (...) {
        cudaStreamDestroy(stream_);
        throw;
    }
}

Gpu::~Gpu() {
    cudaStreamSynchronize(stream_);
    blas_.reset();
    cudaStreamDestroy(stream_);
}

std::string Gpu::describe() const {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device_), "asking the device");
    return std::string("cuda, ") + properties.name + " (sm_" + std::to_string(properties.major) +
           std::to_string(properties.minor) + "), " + format_bytes(properties.totalGlobalMem) + ", " +
           name(precision_);
}

void* Gpu::allocate(std::size_t bytes) {
    if (const std::size_t free = free_bytes(); bytes > free)
        throw Error("the network needs " + format_bytes(bytes) + " on the device, but " + format_bytes(free) +
                    " are free: use a smaller batch");
    void* p = nullptr;
    check(cudaMalloc(&p, bytes), "memory for a network");
    check(cudaMemsetAsync(p, 0, bytes, stream_), "clearing the arena");
    wait();
    return p;
}

void Gpu::release(void* p) noexcept {
    cudaStreamSynchronize(stream_);
    cudaFree(p);
}

void* Gpu::allocate_exchange(std::size_t bytes) {
    void* p = nullptr;
    check(cudaMallocHost(&p, bytes), "pinned memory for a batch");
    return p;
}

void Gpu::release_exchange(void* p) noexcept { cudaFreeHost(p); }

void Gpu::send(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "sending a batch");
}

void Gpu::fetch(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "fetching results");
}

bool Gpu::multiply(const Product& product) { return blas_->multiply(product); }

void Gpu::begin_record() {
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "recording a step");
}

void Gpu::abandon_record() noexcept {
    cudaGraph_t graph = nullptr;
    cudaStreamEndCapture(stream_, &graph);
    if (graph) cudaGraphDestroy(graph);
    cudaGetLastError();
}

Gpu::Graph Gpu::end_record() {
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(stream_, &graph), "recording a step");
    cudaGraphExec_t made = nullptr;
    const cudaError_t error = cudaGraphInstantiate(&made, graph, 0);
    cudaGraphDestroy(graph);
    check(error, "making a graph of a step");
    Graph result(made);
    check(cudaGraphUpload(made, stream_), "a graph's memory");
    wait();
    return result;
}

void Gpu::wait() { check(cudaStreamSynchronize(stream_), "a kernel failed"); }

}  // namespace tn::cuda
