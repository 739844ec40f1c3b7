// The CUDA backend on a GPU: Model<Net, Adam, tn::cuda::Backend> in a file that nvcc compiles.
#pragma once

#include "runtime/cuda/backend.hpp"
#include "runtime/cuda/epoch_order.cuh"
#include "runtime/cuda/gpu.cuh"

namespace tn::cuda {

/// BackendOf<Precision::tf32>(0) is the first GPU; throws Error, saying why, when there is none.
template <Precision P> using BackendOf = BasicBackend<Gpu, P>;
using Backend = BackendOf<Precision::fp32>;

}  // namespace tn::cuda
