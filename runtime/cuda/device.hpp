// The CUDA device with all of its kernels, on whatever Gpu is in sight: the emulator of the tests, or a real one
// (runtime/cuda/device.cuh). A new kernel is a file in runtime/cuda/kernels and a line here.
#pragma once

#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/average_pool.hpp"
#include "runtime/cuda/kernels/batch_norm.hpp"
#include "runtime/cuda/kernels/conv_add.hpp"
#include "runtime/cuda/kernels/conv_block.hpp"
#include "runtime/cuda/kernels/convolution.hpp"
#include "runtime/cuda/kernels/dense.hpp"
#include "runtime/cuda/kernels/depthwise.hpp"
#include "runtime/cuda/kernels/gradient_norm.hpp"
#include "runtime/cuda/kernels/max_pool.hpp"
#include "runtime/cuda/kernels/pointwise.hpp"
#include "runtime/cuda/kernels/relu_dropout.hpp"
#include "runtime/cuda/kernels/transposed_convolution.hpp"
#include "runtime/cuda/kernels/update.hpp"

namespace tn {

template <class Gpu, cuda::Precision P> struct KernelsInSight<cuda::BasicDevice<Gpu, P>> {};

}  // namespace tn
