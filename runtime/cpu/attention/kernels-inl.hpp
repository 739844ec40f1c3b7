// The passes of attention.
#if defined(TN_CPU_ATTENTION_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_ATTENTION_KERNELS_INL
#undef TN_CPU_ATTENTION_KERNELS_INL
#else
#define TN_CPU_ATTENTION_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/attention/backward-inl.hpp"
#include "runtime/cpu/attention/forward-inl.hpp"
#include "runtime/cpu/attention/passes.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr AttentionKernels attention_kernels{attention_forward, attention_backward};

}  // namespace tn::cpu::TN_ISA
#endif
