// Vectors of sums, bytes and their products. Sixteen sums belong together: they are one vector, two or four parts.
// The results are the same bits in every width: sums are exact, and what they become is rounded alike. Sums that stay
// in registers are arrays with constant indices, from packs: g++ unrolls loops too late for that.
#if defined(TN_CPU_INT8_VECTORS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_VECTORS_INL
#undef TN_CPU_INT8_VECTORS_INL
#else
#define TN_CPU_INT8_VECTORS_INL
#endif

#include <cstdint>
#include <utility>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/part_128-inl.hpp"
#include "runtime/cpu/int8/part_256-inl.hpp"
#include "runtime/cpu/int8/part_512-inl.hpp"
#include "runtime/cpu/int8/part_of_loops-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr int parts = 16 / TN_LANES;

template <int... I> using Indices = std::integer_sequence<int, I...>;
template <int Count> using IndicesTo = std::make_integer_sequence<int, Count>;

/// Of sixteen sums, from bytes or floats on: sum * scale + zero in the range.
template <class To> TN_INLINE void put_sums(To* to, const int* sums, const float* scale, const ByteRange& range) {
    TN_UNROLL
    for (int i = 0; i < 16; i += TN_LANES) put(to + i, load(sums + i), scale + i, range);
}

}  // namespace tn::cpu::TN_ISA

#endif
