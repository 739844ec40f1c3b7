// The fused Conv + BN + ReLU + Pool block, every size a constant: forward is the convolution with z's statistics, their
// sum, and normalisation, ReLU and pooling in one pass; evaluation is one kernel. Backward is the sums of the
// normalisation's gradient, z's gradient in z's place, and the two convolutions' gradients. A block of few input
// channels has kernels of its own (runtime/cuda/stem_block.hpp).
#pragma once

#include "runtime/cuda/kernels/conv_forward.hpp"
#include "runtime/cuda/kernels/conv_gradients.hpp"
#include "runtime/cuda/kernels/conv_infer.hpp"
#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/patch_gradient.hpp"
