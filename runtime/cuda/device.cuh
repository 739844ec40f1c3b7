// The CUDA device on a GPU: Model<Net, Adam, tn::cuda::Device> in a file that nvcc compiles.
#pragma once

#include "runtime/cuda/device.hpp"
#include "runtime/cuda/epoch_order.cuh"
#include "runtime/cuda/gpu.cuh"

namespace tn::cuda {

/// DeviceOf<Precision::tf32>(0) is the first GPU; throws Error, saying why, when there is none.
template <Precision P> using DeviceOf = BasicDevice<Gpu, P>;
using Device = DeviceOf<Precision::fp32>;

}  // namespace tn::cuda
