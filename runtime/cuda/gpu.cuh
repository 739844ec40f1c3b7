// A GPU: its stream, its memory, cuBLAS, and how a kernel's body becomes one.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/product.hpp"
#include "runtime/cuda/tile.hpp"

namespace tn::cuda {

/// How many GPUs there are; 0 without a driver.
int device_count();

/// Why CUDA cannot run here on this GPU, as a sentence; empty when it can: there is a driver for this build's toolkit,
/// and the GPU, which becomes the current one, is of an architecture that this program was built for.
std::string why_not(int device = 0);

/// Bytes of the current device's memory that are free.
std::size_t free_bytes();

/// Throws Error "CUDA: WHAT: REASON" unless the call succeeded.
void check(cudaError_t error, const char* what);

class Blas;
class GpuEpochOrder;

/// The thread that a kernel's body sees (runtime/cuda/execution.hpp).
struct GpuThread {
    __device__ int thread() const { return threadIdx.x; }
    __device__ int threads() const { return blockDim.x; }
    __device__ int block() const { return blockIdx.x; }
    __device__ int blocks() const { return gridDim.x; }
    __device__ void barrier() { __syncthreads(); }
    template <class V> __device__ V shuffle_xor(V v, int lanes) { return __shfl_xor_sync(0xFFFFFFFFu, v, lanes); }
    template <Precision P>
    __device__ void multiply_add(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
        if constexpr (P == Precision::tf32)
            asm volatile(
                "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                "{%0,%1,%2,%3};"
                : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        else
            asm volatile(
                "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                "{%0,%1,%2,%3};"
                : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
    __device__ void load_matrices(std::uint32_t (&d)[4], const Words* from, int at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
                     : "r"(static_cast<std::uint32_t>(__cvta_generic_to_shared(from + at))));
    }
    __device__ void load_transposed(std::uint32_t (&d)[4], const Words* from, int at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
                     : "r"(static_cast<std::uint32_t>(__cvta_generic_to_shared(from + at))));
    }
    __device__ void copy(Words* to, int at, const Words* from, bool there) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                         static_cast<std::uint32_t>(__cvta_generic_to_shared(to + at))),
                     "l"(__cvta_generic_to_global(from)), "r"(there ? 16 : 0));
    }
    __device__ void wait_for_copies() { asm volatile("cp.async.wait_all;" ::: "memory"); }
    template <class V> __device__ V* shared(std::size_t first, std::size_t) {
        extern __shared__ __align__(16) unsigned char memory[];
        return reinterpret_cast<V*>(memory + first);
    }
};

/// From sm_90 on the next kernel of the stream may come onto the device as soon as all blocks of this one are there. It
/// waits here until what goes before it is done and can be read. Code for older architectures cannot wait.
__device__ inline void take_turn() {
#if __CUDA_ARCH__ >= 900
    cudaTriggerProgrammaticLaunchCompletion();
    cudaGridDependencySynchronize();
#endif
}

template <class Kernel> __global__ void run(const __grid_constant__ Kernel kernel) {
    take_turn();
    GpuThread thread;
    kernel(thread);
}

/// The same where blocks of tile_threads are to run `blocks_together` on a multiprocessor: registers are few enough.
template <class Kernel>
__global__ void __launch_bounds__(tile_threads, Kernel::blocks_together)
    run_together(const __grid_constant__ Kernel kernel) {
    take_turn();
    GpuThread thread;
    kernel(thread);
}

template <class Kernel> constexpr auto code_of() {
    if constexpr (requires { Kernel::blocks_together; })
        return run_together<Kernel>;
    else
        return run<Kernel>;
}

class Gpu {
public:
    /// Throws Error when there is no such device or the driver is older than this build's toolkit.
    explicit Gpu(Precision precision = Precision::fp32, int device = 0);
    ~Gpu();
    Gpu(const Gpu&) = delete;
    Gpu& operator=(const Gpu&) = delete;

    /// "cuda, NVIDIA H100 (sm_90), 79.1 GiB, fp32".
    std::string describe() const;
    Precision precision() const { return precision_; }

    /// Zeros on the device, which only kernels and upload() and download() reach.
    void* allocate(std::size_t bytes);
    void release(void* p) noexcept;
    /// Pinned memory of the host.
    void* allocate_staging(std::size_t bytes);
    void release_staging(void* p) noexcept;
    void upload(void* to, const void* from, std::size_t bytes);
    void download(void* to, const void* from, std::size_t bytes);
    void wait();

    template <class Kernel> void launch(const Kernel& kernel, int blocks, int threads) {
        static_assert(shared_bytes<Kernel>() <= 48 * 1024, "typenet: a kernel has at most 48 KiB of shared memory");
        cudaLaunchAttribute overlap{};
        overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
        overlap.val.programmaticStreamSerializationAllowed = 1;
        cudaLaunchConfig_t launch{};
        launch.gridDim = blocks;
        launch.blockDim = threads;
        launch.dynamicSmemBytes = shared_bytes<Kernel>();
        launch.stream = stream_;
        constexpr auto code = code_of<Kernel>();
        launch.attrs = &overlap;
        launch.numAttrs = overlaps_ && takes_turn(reinterpret_cast<const void*>(code)) ? 1 : 0;
        check(cudaLaunchKernelEx(&launch, code, kernel), "a kernel did not start");
    }

    /// Whether a kernel comes onto the device while the one before it still runs, where that can be: where the kernel
    /// was compiled for sm_90 or later. A step has many kernels of a few microseconds, of which a launch takes one.
    bool overlaps() const { return overlaps_; }
    bool can_overlap() const { return can_overlap_; }
    void overlap(bool wanted) { overlaps_ = wanted && can_overlap_; }

    /// False where cuBLAS left out the product's epilogue (runtime/cuda/product.hpp).
    bool multiply(const Product& product);

    /// What was launched between two moments, as one graph whose arguments stay as they were.
    struct GraphDeleter {
        void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
    };
    using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, GraphDeleter>;

    /// Records what f launches, without running it. Products must be of shapes that have run before.
    template <class F> Graph record(F f) {
        if (!overlaps_) return record_once(f);
        try {
            return record_once(f);
        } catch (const Error&) {  // a driver that cannot record that launches overlap
            overlap(false);
            return record_once(f);
        }
    }
    void replay(const Graph& graph) { check(cudaGraphLaunch(graph.get(), stream_), "a graph did not start"); }

    using EpochOrder = GpuEpochOrder;

    cudaStream_t stream() const { return stream_; }

private:
    template <class F> Graph record_once(F& f) {
        begin_record();
        try {
            f();
        } catch (...) {
            abandon_record();
            throw;
        }
        return end_record();
    }
    void begin_record();
    void abandon_record() noexcept;
    Graph end_record();
    /// Whether the code that the device runs of this kernel has take_turn()'s wait. A program for sm_80 has not, also
    /// where a newer GPU translates it from PTX.
    bool takes_turn(const void* code);

    Precision precision_;
    int index_;
    bool can_overlap_ = false, overlaps_ = false;
    cudaStream_t stream_ = nullptr;
    void* workspace_ = nullptr;  ///< of cuBLAS
    std::unique_ptr<Blas> blas_;
    std::map<const void*, bool> takes_turn_;  ///< of the kernels so far
};

}  // namespace tn::cuda
