// Products of bytes and their sums in vectors of 512 bits.
#if defined(TN_CPU_INT8_PART_512_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_PART_512_INL
#undef TN_CPU_INT8_PART_512_INL
#else
#define TN_CPU_INT8_PART_512_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/passes.hpp"

#if TN_LANES == 16
#include <immintrin.h>

namespace tn::cpu::TN_ISA {

// With a mask of all lanes: g++ 12 warns of what the functions without one leave open.
/// Of ints, not the type of the intrinsics: g++ 12 keeps sums twice where their type changes at the end of a loop.
using Part = int __attribute__((vector_size(64)));
TN_INLINE __m512i raw(Part v) { return reinterpret_cast<__m512i>(v); }
TN_INLINE Part part(__m512i v) { return reinterpret_cast<Part>(v); }
inline constexpr __mmask16 every = 0xffff;
/// Positions of a tile with 1, 2, ... panels of weights, as registers have room for; 0: no such tiles.
inline constexpr int tile_positions[ByteKernels::most_panels] = {14, 12, 8, 6};
TN_INLINE Part load(const int* from) { return part(_mm512_loadu_si512(from)); }
TN_INLINE void store(int* to, Part v) { _mm512_storeu_si512(to, raw(v)); }
TN_INLINE Part larger(Part a, Part b) { return part(_mm512_maskz_max_epi32(every, raw(a), raw(b))); }
TN_INLINE Part weights(const std::int8_t* from) { return part(_mm512_loadu_si512(from)); }
TN_INLINE Part four_bytes(const std::uint8_t* x) {
    int four;
    std::memcpy(&four, x, 4);
    return part(_mm512_set1_epi32(four));
}
TN_INLINE Part dot(Part sum, Part four, Part w) {
#if defined(TN_VNNI) && TN_VNNI
    return part(_mm512_dpbusd_epi32(raw(sum), raw(four), raw(w)));
#else
    return sum + part(_mm512_madd_epi16(_mm512_maddubs_epi16(raw(four), raw(w)), _mm512_set1_epi16(1)));
#endif
}
TN_INLINE __m512 in_range(Part sum, const float* scale, const ByteRange& range) {
    const __m512 v = _mm512_add_ps(_mm512_mul_ps(_mm512_maskz_cvtepi32_ps(every, raw(sum)), _mm512_loadu_ps(scale)),
                                   _mm512_set1_ps(range.zero));
    return _mm512_maskz_min_ps(every, _mm512_maskz_max_ps(every, v, _mm512_set1_ps(range.low)),
                               _mm512_set1_ps(range.high));
}
TN_INLINE void put(std::uint8_t* to, Part sum, const float* scale, const ByteRange& range) {
    const __m512i q = _mm512_maskz_cvtps_epi32(every, in_range(sum, scale, range));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi32_epi8(every, q));
}
TN_INLINE void put(float* to, Part sum, const float* scale, const ByteRange& range) {
    _mm512_storeu_ps(to, in_range(sum, scale, range));
}

TN_INLINE __m128i sixteen(const std::uint8_t* x) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)); }
#if defined(TN_VNNI) && TN_VNNI
inline constexpr int together = 4;
/// Of 16 channels the bytes of four taps, `apart` bytes from each other, side by side: 4 x 16 transposed. Of the last
/// four of a row there may be `count`.
TN_INLINE Part side_by_side(const std::uint8_t* x, Index apart, int count) {
    __m512i four;
    if (apart == 16) {
        four = _mm512_loadu_si512(x);
    } else {
        const __m128i b = sixteen(x + (count > 1 ? apart : 0)), c = sixteen(x + (count > 2 ? 2 * apart : 0)),
                      d = sixteen(x + (count > 3 ? 3 * apart : 0));
        four = _mm512_maskz_inserti64x4(0xff, _mm512_castsi256_si512(_mm256_set_m128i(b, sixteen(x))),
                                        _mm256_set_m128i(d, c), 1);
    }
    const __m512i fourth = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    const __m512i within =
        _mm512_maskz_broadcast_i32x4(every, _mm_set_epi8(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0));
    return part(_mm512_shuffle_epi8(_mm512_maskz_permutexvar_epi32(every, fourth, four), within));
}
TN_INLINE Part dot_taps(Part sum, Part x, Part w) { return dot(sum, x, w); }
TN_INLINE Part taps(const std::int8_t* from) { return weights(from); }
#else
inline constexpr int together = 2;
/// Of 16 channels the bytes of two taps, `apart` bytes from each other, side by side as 16 bits.
TN_INLINE Part side_by_side(const std::uint8_t* x, Index apart, int count) {
    const __m128i a = sixteen(x), b = sixteen(x + (count > 1 ? apart : 0));
    return part(_mm512_cvtepu8_epi16(_mm256_set_m128i(_mm_unpackhi_epi8(a, b), _mm_unpacklo_epi8(a, b))));
}
TN_INLINE Part dot_taps(Part sum, Part x, Part w) { return sum + part(_mm512_madd_epi16(raw(x), raw(w))); }
TN_INLINE Part taps(const std::int8_t* from) {
    return part(_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
}
#endif

/// What the taps of sixteen channels see.
struct Seen {
    Part part[1];
};
TN_INLINE Seen seen(const std::uint8_t* x, Index apart, int count) { return {{side_by_side(x, apart, count)}}; }

}  // namespace tn::cpu::TN_ISA

#endif

#endif
