// Mean and variance of lanes that are summed side by side.
#if defined(TN_CPU_SAMPLE_NORM_STATISTICS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SAMPLE_NORM_STATISTICS_INL
#undef TN_CPU_SAMPLE_NORM_STATISTICS_INL
#else
#define TN_CPU_SAMPLE_NORM_STATISTICS_INL
#endif

#include <cmath>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Of `count` values from their first mean and the sums of their distances to it and of the squares of these: the first
/// mean is off by its rounding, which the sum of the distances tells (Chan, Golub and LeVeque, "Algorithms for
/// computing the sample variance", 1983, the corrected two-pass algorithm).
template <class Value> struct NormStatistics {
    Value mean, variance;

    TN_INLINE NormStatistics(Value first_mean, Value distances, Value squares, float count) {
        const Value off = distances / count;
        mean = first_mean + off;
        variance = squares / count - off * off;
    }
};

/// 1 / sqrt(variance + epsilon); what rounding makes of a variance of 0 may be below it.
TN_INLINE float inv_std_of(float variance, float epsilon) {
    return 1 / std::sqrt((variance < 0 ? 0.0f : variance) + epsilon);
}
TN_INLINE V inv_std_of(V variance, float epsilon) {
    V inv_std{};
    for (int i = 0; i < lanes; ++i) inv_std[i] = inv_std_of(variance[i], epsilon);
    return inv_std;
}

}  // namespace tn::cpu::TN_ISA
#endif
