// The device that runs every layer's reference mathematics on one thread: what kernels are compared with.
#pragma once

#include "dsl/core/device.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_memory.hpp"

namespace tn::cpu {

struct Reference : HostMemory {
    template <class F> void for_ranges(int count, F f) { f(0, count); }
};

}  // namespace tn::cpu

namespace tn {

static_assert(DeviceConcept<cpu::Reference>);

template <> struct KernelsInSight<cpu::Reference> {};  // there are none

}  // namespace tn
