// Maxima of pooling windows. A maximum is the first of equal values, and NaN is larger than any number.
#if defined(TN_CPU_CONV_BLOCK_ARGMAX_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_ARGMAX_INL
#undef TN_CPU_CONV_BLOCK_ARGMAX_INL
#else
#define TN_CPU_CONV_BLOCK_ARGMAX_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// True where `next`, which comes later in the window, replaces the maximum so far.
TN_INLINE auto replaces(V next, V maximum) { return (next > maximum) | (next != next); }

/// The maximum of a window of four, and which of them it is. Where one is NaN the argmax is any.
TN_INLINE V window_maximum(const V (&z)[4], I& argmax) {
    const auto right = z[1] > z[0], right_below = z[3] > z[2];
    const V above = right ? z[1] : z[0], below = right_below ? z[3] : z[2];
    const auto lower = below > above;
    argmax = lower ? (right_below ? I{} + 3 : I{} + 2) : (right ? I{} + 1 : I{});
    const V maximum = lower ? below : above, of_all = (z[0] + z[1]) + (z[2] + z[3]);
    return of_all == of_all ? maximum : of_all;
}

}  // namespace tn::cpu::TN_ISA
#endif
