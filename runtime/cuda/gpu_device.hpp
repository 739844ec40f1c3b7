// The class of the CUDA device: its memory, its launches and the group that it has joined. Programs include
// runtime/cuda/device.cuh, which has the kernels and the GPU, too.
#pragma once

#include <string>
#include <utility>

#include "dsl/core/device.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cuda/kernels/reference_kernel.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/cuda/precision.hpp"

namespace tn::cuda {

/// `Gpu` is the GPU (runtime/cuda/gpu.cuh) or the emulator of the tests. It has the functions of HostMemory
/// (runtime/cpu/host_memory.hpp), `launch(kernel, blocks, threads)`, `multiply(product)`, `describe()`,
/// a type Graph with `record(f)` and `replay(graph)`, and a type EpochOrder (runtime/cuda/epoch_order.cuh). multiply is
/// false where it left out the product's epilogue (runtime/cuda/product.hpp). Everything runs in order on one stream;
/// values are float, and P is the precision of products and convolutions.
template <class Gpu, Precision P = Precision::fp32> class BasicDevice {
public:
    static constexpr Precision precision = P;
    /// What is launched once and replayed.
    using Graph = typename Gpu::Graph;

    /// The arguments choose the device.
    template <class... Args> explicit BasicDevice(Args&&... args) : gpu_(P, std::forward<Args>(args)...) {}

    std::string describe() const { return gpu_.describe(); }
    Gpu& gpu() { return gpu_; }

    void* allocate(std::size_t bytes) { return gpu_.allocate(bytes); }
    void release(void* p) noexcept { gpu_.release(p); }
    void* allocate_staging(std::size_t bytes) { return gpu_.allocate_staging(bytes); }
    void release_staging(void* p) noexcept { gpu_.release_staging(p); }
    template <class V> void upload(V* to, const V* from, std::size_t count) {
        gpu_.upload(to, from, count * sizeof(V));
    }
    template <class V> void download(V* to, const V* from, std::size_t count) {
        gpu_.download(to, from, count * sizeof(V));
    }
    void wait() { gpu_.wait(); }

    /// As cpu::Device::join(): batch normalisation then takes mean and variance of the whole batch, forward and
    /// backward. The group must sum memory of this GPU in the order of its stream, as nccl_group() does. Tested under
    /// the emulator, with processes that are threads; it has not run on several GPUs.
    void join(ProcessGroup* group) { group_ = group; }
    ProcessGroup* group() const { return group_; }

    /// A thread for every part: what has no kernel of its own.
    template <class F> void for_ranges(int count, const F& f) { each(count, ReferenceKernel<F>{count, f}); }

    template <class L> void for_ranges(int count, const ForwardPart<L, float>& f) {
        const Pass<float>& p = f.pass;
        const std::size_t size = count;
        if constexpr (Elementwise<L>)
            each(size, ElementwiseForward<L>{size, {p.x, size}, {p.y, size}});
        else
            each_part<L>(count, f);
    }
    template <class L> void for_ranges(int count, const BackwardPart<L, float>& f) {
        const Pass<float>& p = f.pass;
        const std::size_t size = count;
        if constexpr (Elementwise<L>)
            each(size, ElementwiseBackward<L>{size, {p.x, size}, {p.y, size}, {p.dy, size}, {p.dx, size}});
        else
            each_part<L>(count, f);
    }

private:
    template <class Kernel> void each(std::size_t count, const Kernel& kernel) { launch_each(gpu_, count, kernel); }

    /// A thread for each part of a layer's reference mathematics.
    template <class L, class Part> void each_part(int count, const Part& f) {
        static_assert(Traits<L>::axis != Axis::none,
                      "typenet: this layer has no CUDA kernel, and its reference mathematics names no Axis along which "
                      "it could be spread over threads");
        each(count, ReferenceKernel<Part>{count, f});
    }

    Gpu gpu_;
    ProcessGroup* group_ = nullptr;
};

class Gpu;  // runtime/cuda/gpu.cuh

/// DeviceOf<Precision::tf32>(0) is the first GPU; throws Error, saying why, when there is none. Where Gpu is in sight;
/// without it these name the device in Net::train_bytes<Adam, cuda::Device>.
template <Precision P> using DeviceOf = BasicDevice<Gpu, P>;
using Device = DeviceOf<Precision::fp32>;

}  // namespace tn::cuda
