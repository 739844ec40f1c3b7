// Maps of small matrices of vectors that are the product of a map of each axis.
#if defined(TN_CPU_SIMD_SEPARABLE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SIMD_SEPARABLE_INL
#undef TN_CPU_SIMD_SEPARABLE_INL
#else
#define TN_CPU_SIMD_SEPARABLE_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Applies `axis`, a map of From vectors to To, to the columns and then to the rows: `get(row, column)` reads a vector
/// of the From x From matrix, `put(row, column, v)` takes one of the To x To results.
template <int From, int To, class Axis, class Get, class Put> TN_INLINE void both_axes(Axis axis, Get get, Put put) {
    V half[From][To];
    TN_UNROLL for (int c = 0; c < From; ++c) {
        V in[From];
        TN_UNROLL for (int r = 0; r < From; ++r) in[r] = get(r, c);
        axis(in, half[c]);
    }
    TN_UNROLL for (int r = 0; r < To; ++r) {
        V in[From], out[To];
        TN_UNROLL for (int c = 0; c < From; ++c) in[c] = half[c][r];
        axis(in, out);
        TN_UNROLL for (int c = 0; c < To; ++c) put(r, c, out[c]);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
