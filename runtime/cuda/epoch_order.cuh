// The order of an epoch, made on the GPU by Thrust.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/cuda/gpu.cuh"

namespace tn::cuda {

/// Gives the orders that tn::epoch_order gives. The first call allocates what Thrust works in, the others nothing.
class GpuEpochOrder {
public:
    /// Throws Error when the device has no room.
    GpuEpochOrder(Gpu& gpu, int pictures);
    ~GpuEpochOrder();
    GpuEpochOrder(const GpuEpochOrder&) = delete;
    GpuEpochOrder& operator=(const GpuEpochOrder&) = delete;

    /// Begins to fill the device's `order` with the numbers of all pictures, behind what the GPU's stream does so far.
    /// Throws Error when Thrust does.
    void operator()(int* order, std::uint64_t seed, std::uint64_t epoch);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tn::cuda
