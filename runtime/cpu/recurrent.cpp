#include "runtime/cpu/recurrent.hpp"

#define TN_KERNELS "runtime/cpu/recurrent/infer-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

InferRecurrent infer_recurrent(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::infer_recurrent;
    if (isa == Isa::avx2) return avx2::infer_recurrent;
#endif
    return portable::infer_recurrent;
}

}  // namespace tn::cpu
