#include <thrust/execution_policy.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include <thrust/system_error.h>
#include <thrust/tabulate.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/cuda/epoch_order.cuh"
#include "runtime/data/epoch_order.hpp"

namespace tn::cuda {

namespace {

struct Free {
    void operator()(void* p) const { cudaFree(p); }
};
template <class V> using DeviceArray = std::unique_ptr<V[], Free>;

template <class V> DeviceArray<V> device_array(std::size_t count) {
    void* p = nullptr;
    check(cudaMalloc(&p, count * sizeof(V)), "memory for an epoch's order");
    return DeviceArray<V>(static_cast<V*>(p));
}

/// An allocator that keeps what it is given back: a call that needs what an earlier one needed allocates nothing.
class Scratch {
public:
    using value_type = char;

    char* allocate(std::ptrdiff_t bytes) {
        const std::size_t size = bytes;
        const auto fits =
            std::find_if(blocks_.begin(), blocks_.end(), [size](const Block& b) { return b.free && b.size >= size; });
        if (fits != blocks_.end()) {
            fits->free = false;
            return fits->memory.get();
        }
        blocks_.push_back({device_array<char>(std::max<std::size_t>(size, 1)), size, false});
        return blocks_.back().memory.get();
    }
    void deallocate(char* p, std::size_t) {
        for (Block& b : blocks_) b.free = b.free || b.memory.get() == p;
    }

private:
    struct Block {
        DeviceArray<char> memory;
        std::size_t size;
        bool free;
    };
    std::vector<Block> blocks_;
};

struct KeyOf {
    std::uint64_t seed, epoch;
    __host__ __device__ std::uint64_t operator()(std::uint32_t picture) const {
        return epoch_key(seed, epoch, picture);
    }
};

}  // namespace

struct GpuEpochOrder::State {
    cudaStream_t stream;
    int pictures;
    DeviceArray<std::uint64_t> keys;
    Scratch scratch{};
};

GpuEpochOrder::GpuEpochOrder(Gpu& gpu, int pictures)
    : state_(new State{gpu.stream(), pictures, device_array<std::uint64_t>(pictures)}) {}

GpuEpochOrder::~GpuEpochOrder() { cudaStreamSynchronize(state_->stream); }

void GpuEpochOrder::operator()(int* order, std::uint64_t seed, std::uint64_t epoch) {
    const auto on_stream = thrust::cuda::par_nosync(state_->scratch).on(state_->stream);
    std::uint64_t* keys = state_->keys.get();
    const int n = state_->pictures;
    try {
        thrust::tabulate(on_stream, keys, keys + n, KeyOf{seed, epoch});
        thrust::sequence(on_stream, order, order + n);
        thrust::stable_sort_by_key(on_stream, keys, keys + n, order);
    } catch (const thrust::system_error& error) {
        throw Error(std::string("CUDA: an epoch's order: ") + error.what());
    }
}

}  // namespace tn::cuda
