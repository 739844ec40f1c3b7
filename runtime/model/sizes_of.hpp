// How large the buffers of a device's kernels are.
#pragma once

#include "runtime/cpu/sizes.hpp"

namespace tn {

/// What a device's kernels keep and need beside a network's own values: its type `sizes`, or those of the CPU.
template <class Device> struct SizesOfDevice { using type = cpu::Sizes; };
template <class Device>
requires requires { typename Device::sizes; }
struct SizesOfDevice<Device> {
    using type = typename Device::sizes;
};
template <class Device> using SizesOf = typename SizesOfDevice<Device>::type;

}  // namespace tn
