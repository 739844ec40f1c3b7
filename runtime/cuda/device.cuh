// The CUDA device on a GPU: Model<Net, Adam, tn::cuda::Device> in a file that nvcc compiles.
#pragma once

#include "runtime/cuda/device.hpp"
#include "runtime/cuda/epoch_order.cuh"
#include "runtime/cuda/gpu.cuh"

namespace tn {

static_assert(DeviceConcept<cuda::Device>);

}  // namespace tn
