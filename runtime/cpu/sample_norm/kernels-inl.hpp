// The passes of a normalisation of every sample by itself.
#if defined(TN_CPU_SAMPLE_NORM_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SAMPLE_NORM_KERNELS_INL
#undef TN_CPU_SAMPLE_NORM_KERNELS_INL
#else
#define TN_CPU_SAMPLE_NORM_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/sample_norm/groups-inl.hpp"
#include "runtime/cpu/sample_norm/passes.hpp"
#include "runtime/cpu/sample_norm/positions-inl.hpp"

namespace tn::cpu::TN_ISA {

inline void sample_norm_forward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    plan.groups == 0 ? positions_forward(pool, plan, pass) : groups_forward(pool, plan, pass);
}
inline void sample_norm_backward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    plan.groups == 0 ? positions_backward(pool, plan, pass) : groups_backward(pool, plan, pass);
}

inline constexpr SampleNormKernels sample_norm_kernels{sample_norm_forward, sample_norm_backward};

}  // namespace tn::cpu::TN_ISA
#endif
