// The device that runs every layer's reference mathematics on one thread: what kernels are compared with.
#pragma once

#include "runtime/cpu/host_memory.hpp"

namespace tn::cpu {

struct Reference : HostMemory {
    static constexpr bool reference = true;
    template <class F> void for_ranges(int count, F f) { f(0, count); }
};

}  // namespace tn::cpu
