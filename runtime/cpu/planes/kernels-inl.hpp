// The passes over planes.
#if defined(TN_CPU_PLANES_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PLANES_KERNELS_INL
#undef TN_CPU_PLANES_KERNELS_INL
#else
#define TN_CPU_PLANES_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/planes/depthwise-inl.hpp"
#include "runtime/cpu/planes/norm-inl.hpp"
#include "runtime/cpu/planes/passes.hpp"
#include "runtime/cpu/planes/pool-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr PlaneKernels plane_kernels{
    depthwise_forward, depthwise_infer, depthwise_backward, depthwise_before_function, norm_forward, norm_infer,
    norm_backward,     pool_forward,    pool_backward};

}  // namespace tn::cpu::TN_ISA
#endif
