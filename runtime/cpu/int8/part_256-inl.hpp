// Products of bytes and their sums in vectors of 256 bits.
#if defined(TN_CPU_INT8_PART_256_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_PART_256_INL
#undef TN_CPU_INT8_PART_256_INL
#else
#define TN_CPU_INT8_PART_256_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/passes.hpp"

#if TN_LANES == 8
#include <immintrin.h>

namespace tn::cpu::TN_ISA {

/// Of ints, not the type of the intrinsics: g++ 12 keeps sums twice where their type changes at the end of a loop.
using Part = int __attribute__((vector_size(32)));
TN_INLINE __m256i raw(Part v) { return reinterpret_cast<__m256i>(v); }
TN_INLINE Part part(__m256i v) { return reinterpret_cast<Part>(v); }
/// Positions of a tile with 1, 2, ... panels of weights, as registers have room for; 0: no such tiles.
#if defined(TN_VNNI) && TN_VNNI
inline constexpr int tile_positions[ByteKernels::most_panels] = {6, 0, 0, 0};
#else
inline constexpr int tile_positions[ByteKernels::most_panels] = {5, 0, 0, 0};
#endif

TN_INLINE Part load(const int* from) { return part(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }
TN_INLINE void store(int* to, Part v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), raw(v)); }
TN_INLINE Part larger(Part a, Part b) { return part(_mm256_max_epi32(raw(a), raw(b))); }
TN_INLINE Part weights(const std::int8_t* from) {
    return part(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
TN_INLINE Part four_bytes(const std::uint8_t* x) {
    int four;
    std::memcpy(&four, x, 4);
    return part(_mm256_set1_epi32(four));
}
TN_INLINE Part dot(Part sum, Part four, Part w) {
#if defined(TN_VNNI) && TN_VNNI
    return part(_mm256_dpbusd_avx_epi32(raw(sum), raw(four), raw(w)));
#else
    return sum + part(_mm256_madd_epi16(_mm256_maddubs_epi16(raw(four), raw(w)), _mm256_set1_epi16(1)));
#endif
}
TN_INLINE __m256 in_range(Part sum, const float* scale, const ByteRange& range) {
    const __m256 v =
        _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(raw(sum)), _mm256_loadu_ps(scale)), _mm256_set1_ps(range.zero));
    return _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(range.low)), _mm256_set1_ps(range.high));
}
TN_INLINE void put(std::uint8_t* to, Part sum, const float* scale, const ByteRange& range) {
    const __m256i q = _mm256_cvtps_epi32(in_range(sum, scale, range));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
}
TN_INLINE void put(float* to, Part sum, const float* scale, const ByteRange& range) {
    _mm256_storeu_ps(to, in_range(sum, scale, range));
}

inline constexpr int together = 2;
/// What the taps of sixteen channels see: the bytes of two, `apart` bytes from each other, side by side as 16 bits. Of
/// the last two of a row there may be `count`.
struct Seen {
    Part part[2];
};
TN_INLINE Seen seen(const std::uint8_t* x, Index apart, int count) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)),
                  b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + (count > 1 ? apart : 0)));
    return {{part(_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b))), part(_mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b)))}};
}
TN_INLINE Part dot_taps(Part sum, Part x, Part w) {
#if defined(TN_VNNI) && TN_VNNI
    return part(_mm256_dpwssd_avx_epi32(raw(sum), raw(x), raw(w)));
#else
    return sum + part(_mm256_madd_epi16(raw(x), raw(w)));
#endif
}
TN_INLINE Part taps(const std::int8_t* from) {
    return part(_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
}

}  // namespace tn::cpu::TN_ISA

#endif

#endif
