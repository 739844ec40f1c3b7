#include "runtime/cpu/sample_norm.hpp"

#define TN_KERNELS "runtime/cpu/sample_norm/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const SampleNormKernels& sample_norm_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::sample_norm_kernels;
    if (isa == Isa::avx2) return avx2::sample_norm_kernels;
#endif
    return portable::sample_norm_kernels;
}

}  // namespace tn::cpu
