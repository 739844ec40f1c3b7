#include "dsl/net/summary.hpp"
#include "runtime/cuda/blas.cuh"
#include "runtime/cuda/gpu.cuh"

namespace tn::cuda {

namespace {

/// Does nothing: whether it is there says whether this program was built for the device.
__global__ void probe() {}

std::string version(int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); }

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

Gpu::Gpu(Precision precision, int device) : precision_(precision), index_(device) {
    if (const std::string reason = why_not(device); !reason.empty()) throw Error("CUDA cannot run here: " + reason);
    int major = 0;
    check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "asking the device");
    can_overlap_ = overlaps_ = major >= 9;
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
    try {
        check(cudaMalloc(&workspace_, Blas::workspace_bytes), "no memory for cuBLAS");
        blas_ = std::make_unique<Blas>(precision, stream_, workspace_);
    } catch (...) {
        cudaFree(workspace_);
        cudaStreamDestroy(stream_);
        throw;
    }
}

Gpu::~Gpu() {
    cudaStreamSynchronize(stream_);
    blas_.reset();
    cudaFree(workspace_);
    cudaStreamDestroy(stream_);
}

std::string Gpu::describe() const {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, index_), "asking the device");
    return std::string("cuda, ") + properties.name + " (sm_" + std::to_string(properties.major) +
           std::to_string(properties.minor) + "), " + format_bytes(properties.totalGlobalMem) + ", " + name(precision_);
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

void* Gpu::allocate_staging(std::size_t bytes) {
    void* p = nullptr;
    check(cudaMallocHost(&p, bytes), "pinned memory for a batch");
    return p;
}

void Gpu::release_staging(void* p) noexcept { cudaFreeHost(p); }

void Gpu::upload(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "sending a batch");
}

void Gpu::download(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "fetching results");
}

bool Gpu::takes_turn(const void* code) {
    if (const auto known = takes_turn_.find(code); known != takes_turn_.end()) return known->second;
    cudaFuncAttributes attributes{};
    check(cudaFuncGetAttributes(&attributes, code), "a kernel did not start");
    return takes_turn_[code] = attributes.ptxVersion >= 90;  // of what was compiled, not of what it was translated to
}

bool Gpu::multiply(const Product& product) { return blas_->multiply(product); }

void Gpu::begin_record() {
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "recording a step");
    blas_->records(true);
}

void Gpu::abandon_record() noexcept {
    blas_->records(false);
    cudaGraph_t graph = nullptr;
    cudaStreamEndCapture(stream_, &graph);
    if (graph) cudaGraphDestroy(graph);
    cudaGetLastError();
}

Gpu::Graph Gpu::end_record() {
    blas_->records(false);
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
