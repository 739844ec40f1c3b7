#include "runtime/cpu/attention.hpp"

#define TN_KERNELS "runtime/cpu/attention/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const AttentionKernels& attention_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::attention_kernels;
    if (isa == Isa::avx2) return avx2::attention_kernels;
#endif
    return portable::attention_kernels;
}

}  // namespace tn::cpu
