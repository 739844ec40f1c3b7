// Vectors of doubles, half as many as floats.
#if defined(TN_CPU_SIMD_DOUBLE_VECTOR_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SIMD_DOUBLE_VECTOR_INL
#undef TN_CPU_SIMD_DOUBLE_VECTOR_INL
#else
#define TN_CPU_SIMD_DOUBLE_VECTOR_INL
#endif

#include <cstddef>
#include <cstring>
#include <utility>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr int double_lanes = lanes / 2;
using D = double __attribute__((vector_size(4 * TN_LANES)));

TN_INLINE D load(const double* p) {
    D v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

/// Elements Shift .. Shift + double_lanes - 1 of a, b.
template <int Shift, std::size_t... K> TN_INLINE D shifted(D a, D b, std::index_sequence<K...>) {
    return __builtin_shufflevector(a, b, (int{K} + Shift)...);
}
template <int Shift> TN_INLINE D shifted(D a, D b) {
    return shifted<Shift>(a, b, std::make_index_sequence<double_lanes>{});
}

/// The first `count` lanes, then zeros.
TN_INLINE D first_lanes(D v, int count) {
    using Lanes = long long __attribute__((vector_size(sizeof(D))));
    Lanes lane;
    for (int i = 0; i < double_lanes; ++i) lane[i] = i;
    return lane < Lanes{} + count ? v : D{};
}

inline double lane_sum(D v) {
    double total = 0;
    for (int i = 0; i < double_lanes; ++i) total += v[i];
    return total;
}

}  // namespace tn::cpu::TN_ISA
#endif
