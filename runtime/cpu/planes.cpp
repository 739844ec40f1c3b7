#include "runtime/cpu/planes.hpp"

#define TN_KERNELS "runtime/cpu/planes/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const PlaneKernels& plane_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::plane_kernels;
    if (isa == Isa::avx2) return avx2::plane_kernels;
#endif
    return portable::plane_kernels;
}

}  // namespace tn::cpu
