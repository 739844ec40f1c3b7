#include "runtime/cpu/dense.hpp"

#define TN_KERNELS "runtime/cpu/dense/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const DenseKernels& dense_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::dense_kernels;
    if (isa == Isa::avx2) return avx2::dense_kernels;
#endif
    return portable::dense_kernels;
}

}  // namespace tn::cpu
