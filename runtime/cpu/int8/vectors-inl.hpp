// Vectors of sums, bytes and their products. Sixteen sums belong together: they are one vector, two or four. The
// results are the same bits in every width: sums are exact, and what they become is rounded alike.
#if defined(TN_CPU_INT8_VECTORS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_VECTORS_INL
#undef TN_CPU_INT8_VECTORS_INL
#else
#define TN_CPU_INT8_VECTORS_INL
#endif

#include <cstdint>
#include <cstring>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/part_128-inl.hpp"
#include "runtime/cpu/int8/part_256-inl.hpp"
#include "runtime/cpu/int8/part_512-inl.hpp"
#include "runtime/cpu/int8/part_of_loops-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr int parts = 16 / TN_LANES;

/// Sums of sixteen filters, or channels.
struct Sums {
    Part part[parts];
};

TN_INLINE Sums load_sums(const int* from) {
    Sums sums;
    TN_UNROLL
    for (int i = 0; i < parts; ++i) sums.part[i] = load(from + i * TN_LANES);
    return sums;
}
TN_INLINE void store_sums(int* to, const Sums& sums) {
    TN_UNROLL
    for (int i = 0; i < parts; ++i) store(to + i * TN_LANES, sums.part[i]);
}
TN_INLINE Sums larger_sums(const Sums& a, const Sums& b) {
    Sums most;
    TN_UNROLL
    for (int i = 0; i < parts; ++i) most.part[i] = larger(a.part[i], b.part[i]);
    return most;
}

/// Four weights of each.
struct Panel {
    Part part[parts];
};
TN_INLINE Panel load_panel(const std::int8_t* from) {
    Panel panel;
    TN_UNROLL
    for (int i = 0; i < parts; ++i) panel.part[i] = weights(from + i * 4 * TN_LANES);
    return panel;
}
/// Adds the products of four bytes with them.
TN_INLINE void add_products(Sums& sums, Part four, const Panel& panel) {
    TN_UNROLL
    for (int i = 0; i < parts; ++i) sums.part[i] = dot(sums.part[i], four, panel.part[i]);
}

/// sum * scale + zero in the range, as bytes.
TN_INLINE void put_sums(std::uint8_t* to, const Sums& sums, const float* scale, const ByteRange& range) {
    TN_UNROLL
    for (int i = 0; i < parts; ++i) put(to + i * TN_LANES, sums.part[i], scale + i * TN_LANES, range);
}
/// The same as floats.
TN_INLINE void put_sums(float* to, const Sums& sums, const float* scale, const ByteRange& range) {
    TN_UNROLL
    for (int i = 0; i < parts; ++i) put(to + i * TN_LANES, sums.part[i], scale + i * TN_LANES, range);
}

/// Weights of sixteen channels for `together` taps, and the products of these.
struct Taps {
    Part part[parts];
};
TN_INLINE Taps load_taps(const std::int8_t* from) {
    Taps all;
    TN_UNROLL
    for (int i = 0; i < parts; ++i) all.part[i] = taps(from + i * together * TN_LANES);
    return all;
}
TN_INLINE void add_taps(Sums& sums, const Seen& x, const Taps& weight) {
    TN_UNROLL
    for (int i = 0; i < parts; ++i) sums.part[i] = dot_taps(sums.part[i], x.part[i], weight.part[i]);
}

}  // namespace tn::cpu::TN_ISA

#endif
