// Products of bytes and their sums in vectors of 128 bits, which every x86-64 has.
#if defined(TN_CPU_INT8_PART_128_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_PART_128_INL
#undef TN_CPU_INT8_PART_128_INL
#else
#define TN_CPU_INT8_PART_128_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/passes.hpp"

#if TN_LANES == 4 && defined(__SSE2__)
#include <immintrin.h>

namespace tn::cpu::TN_ISA {

/// Of ints, not the type of the intrinsics: g++ 12 keeps sums twice where their type changes at the end of a loop.
using Part = int __attribute__((vector_size(16)));
TN_INLINE __m128i raw(Part v) { return reinterpret_cast<__m128i>(v); }
TN_INLINE Part part(__m128i v) { return reinterpret_cast<Part>(v); }
/// Positions of a tile with 1, 2, ... panels of weights, as registers have room for; 0: no such tiles.
inline constexpr int tile_positions[ByteKernels::most_panels] = {2, 0, 0, 0};
TN_INLINE Part load(const int* from) { return part(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))); }
TN_INLINE void store(int* to, Part v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), raw(v)); }
TN_INLINE Part larger(Part a, Part b) {
    const __m128i first = _mm_cmpgt_epi32(raw(a), raw(b));
    return part(_mm_or_si128(_mm_and_si128(first, raw(a)), _mm_andnot_si128(first, raw(b))));
}
TN_INLINE Part weights(const std::int8_t* from) {
    return part(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
TN_INLINE Part four_bytes(const std::uint8_t* x) {
    int four;
    std::memcpy(&four, x, 4);
    return part(_mm_set1_epi32(four));
}
TN_INLINE Part dot_taps(Part sum, Part x, Part w) { return sum + part(_mm_madd_epi16(raw(x), raw(w))); }
/// The first and third of each four, then the second and fourth, as 16 bits.
TN_INLINE Part dot(Part sum, Part four, Part w) {
    const __m128i even = _mm_madd_epi16(_mm_and_si128(raw(four), _mm_set1_epi16(255)),
                                        _mm_srai_epi16(_mm_slli_epi16(raw(w), 8), 8)),
                  odd = _mm_madd_epi16(_mm_srli_epi16(raw(four), 8), _mm_srai_epi16(raw(w), 8));
    return sum + part(even) + part(odd);
}
TN_INLINE __m128 in_range(Part sum, const float* scale, const ByteRange& range) {
    const __m128 v = _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(raw(sum)), _mm_loadu_ps(scale)), _mm_set1_ps(range.zero));
    return _mm_min_ps(_mm_max_ps(v, _mm_set1_ps(range.low)), _mm_set1_ps(range.high));
}
TN_INLINE void put(std::uint8_t* to, Part sum, const float* scale, const ByteRange& range) {
    const __m128i words = _mm_packs_epi32(_mm_cvtps_epi32(in_range(sum, scale, range)), _mm_setzero_si128());
    const int four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    std::memcpy(to, &four, 4);
}
TN_INLINE void put(float* to, Part sum, const float* scale, const ByteRange& range) {
    _mm_storeu_ps(to, in_range(sum, scale, range));
}

inline constexpr int together = 2;
/// What the taps of sixteen channels see: the bytes of two, `apart` bytes from each other, side by side as 16 bits. Of
/// the last two of a row there may be `count`.
struct Seen {
    Part part[4];
};
TN_INLINE Seen seen(const std::uint8_t* x, Index apart, int count) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)),
                  b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + (count > 1 ? apart : 0))),
                  none = _mm_setzero_si128(), low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
    return {{part(_mm_unpacklo_epi8(low, none)), part(_mm_unpackhi_epi8(low, none)),
             part(_mm_unpacklo_epi8(high, none)), part(_mm_unpackhi_epi8(high, none))}};
}
TN_INLINE Part taps(const std::int8_t* from) {
    const __m128i w = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return part(_mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8));
}

}  // namespace tn::cpu::TN_ISA

#endif

#endif
