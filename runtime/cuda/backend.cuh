// The CUDA backend on a GPU: Model<Net, Adam, tn::cuda::Backend> in a file that nvcc compiles.
#pragma once

#include "runtime/cuda/backend.hpp"
#include "runtime/cuda/gpu.cuh"

namespace tn::cuda {

/// Backend(precision, device); throws Error, saying why, when there is no GPU.
using Backend = BasicBackend<Gpu>;

}  // namespace tn::cuda
