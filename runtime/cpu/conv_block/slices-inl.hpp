// Sums over slices of the samples (split.hpp): in order, so that they are the same bits at any number of threads.
#if defined(TN_CPU_CONV_BLOCK_SLICES_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_SLICES_INL
#undef TN_CPU_CONV_BLOCK_SLICES_INL
#else
#define TN_CPU_CONV_BLOCK_SLICES_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sum of one vector of each slice, `stride` floats apart.
TN_INLINE V sum_of_slices(const float* first, Index stride, int slices) {
    V total = load(first);
    for (int slice = 1; slice < slices; ++slice) total += load(first + slice * stride);
    return total;
}

/// Adds the `count` numbers of every other slice, which follow one another, to those of the first.
inline void add_slices(double* first, Index count, int slices) {
    for (int slice = 1; slice < slices; ++slice)
        for (Index i = 0; i < count; ++i) first[i] += first[slice * count + i];
}

}  // namespace tn::cpu::TN_ISA
#endif
