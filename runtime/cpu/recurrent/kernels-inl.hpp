// The passes of GRU and LSTM.
#if defined(TN_CPU_RECURRENT_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_RECURRENT_KERNELS_INL
#undef TN_CPU_RECURRENT_KERNELS_INL
#else
#define TN_CPU_RECURRENT_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/recurrent/backward-inl.hpp"
#include "runtime/cpu/recurrent/forward-inl.hpp"
#include "runtime/cpu/recurrent/infer-inl.hpp"
#include "runtime/cpu/recurrent/passes.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr RecurrentKernels recurrent_kernels{infer_recurrent, recurrent_forward, recurrent_backward};

}  // namespace tn::cpu::TN_ISA
#endif
