#include "runtime/cpu/recurrent.hpp"

#define TN_KERNELS "runtime/cpu/recurrent/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const RecurrentKernels& recurrent_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::recurrent_kernels;
    if (isa == Isa::avx2) return avx2::recurrent_kernels;
#endif
    return portable::recurrent_kernels;
}

}  // namespace tn::cpu
