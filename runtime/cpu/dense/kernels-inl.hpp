// The passes of a dense block.
#if defined(TN_CPU_DENSE_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_DENSE_KERNELS_INL
#undef TN_CPU_DENSE_KERNELS_INL
#else
#define TN_CPU_DENSE_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/dense/backward-inl.hpp"
#include "runtime/cpu/dense/forward-inl.hpp"
#include "runtime/cpu/dense/passes.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr DenseKernels dense_kernels{dense_forward, dense_infer, dense_backward};

}  // namespace tn::cpu::TN_ISA
#endif
