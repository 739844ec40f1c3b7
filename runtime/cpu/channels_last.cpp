#include "runtime/cpu/channels_last/passes.hpp"

#define TN_KERNELS "runtime/cpu/channels_last/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {

const ChannelsLastKernels& channels_last_kernels(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::channels_last_kernels;
    if (isa == Isa::avx2) return avx2::channels_last_kernels;
#endif
    return portable::channels_last_kernels;
}

}  // namespace tn::cpu
