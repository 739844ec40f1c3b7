// The CPU device with all of its kernels. A new kernel is a file in runtime/cpu/kernels and a line here.
#pragma once

#include <cstddef>

#include "dsl/core/device.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/attention.hpp"
#include "runtime/cpu/kernels/batch_norm.hpp"
#include "runtime/cpu/kernels/concat.hpp"
#include "runtime/cpu/kernels/conv_add.hpp"
#include "runtime/cpu/kernels/conv_block.hpp"
#include "runtime/cpu/kernels/conv_function.hpp"
#include "runtime/cpu/kernels/conv_relu.hpp"
#include "runtime/cpu/kernels/convolution.hpp"
#include "runtime/cpu/kernels/dense.hpp"
#include "runtime/cpu/kernels/depthwise.hpp"
#include "runtime/cpu/kernels/depthwise_block.hpp"
#include "runtime/cpu/kernels/dropout.hpp"
#include "runtime/cpu/kernels/global_average_pool.hpp"
#include "runtime/cpu/kernels/pointwise.hpp"
#include "runtime/cpu/kernels/pooling.hpp"
#include "runtime/cpu/kernels/recurrent.hpp"
#include "runtime/cpu/kernels/sample_norm.hpp"
#include "runtime/cpu/kernels/transposed_convolution.hpp"
#include "runtime/cpu/kernels/update.hpp"

namespace tn {

static_assert(DeviceConcept<cpu::Device>);

template <> struct KernelsInSight<cpu::Device> {
    static constexpr std::size_t part_values = std::size_t{1} << 20;  // 4 MiB: the caches of a few cores
};

}  // namespace tn
