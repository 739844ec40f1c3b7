// Vectors of sums, bytes and products of an exported header that runs on bytes, as text: those of 512 and 256 bits.
#pragma once

#include <string_view>

namespace tn {

/// At the top of the file.
inline constexpr std::string_view int8_includes = R"(
#if defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif
#endif
)";

/// `dot` adds to every lane the products of four bytes of x with four weights of its own, exactly; `dot_pairs` those of
/// two bytes of its own, as 16 bits each, with two weights. `put` turns sums into bytes or floats. Two products of
/// `dot` fit 16 bits: where there is no instruction for four, quantised_weights() sees to it.
inline constexpr std::string_view int8_wide_vectors = R"(
using Byte = unsigned char;
using Weight = signed char;
inline Byte* bytes(float* work) { return reinterpret_cast<Byte*>(work); }

/// What sums become: sum * scale[lane] + zero, rounded, from low to high.
struct Range {
    float zero, low, high;
};

#if defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS) && (defined(__SSE2__) || defined(__wasm_simd128__))
#if defined(__AVX512BW__)
// With a mask of all lanes: g++ 12 warns of what the functions without one leave open.
using Ints = __m512i;
using Weights = __m512i;
inline constexpr __mmask16 every = 0xffff;
inline Ints none() { return _mm512_setzero_si512(); }
inline Ints load(const int* from) { return _mm512_loadu_si512(from); }
inline void store(int* to, Ints v) { _mm512_storeu_si512(to, v); }
inline Ints larger(Ints a, Ints b) { return _mm512_maskz_max_epi32(every, a, b); }
inline Weights weights(const Weight* from) { return _mm512_loadu_si512(from); }
inline Weights pairs_of_weights(const Weight* from) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
inline Ints wide(const Byte* from) {
    return _mm512_maskz_cvtepu8_epi32(every, _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Ints pair(Ints first, Ints second) { return _mm512_or_si512(first, _mm512_maskz_slli_epi32(every, second, 16)); }
#if defined(__AVX512VNNI__)
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm512_dpwssd_epi32(sum, x, w); }
#else
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm512_add_epi32(sum, _mm512_madd_epi16(x, w)); }
#endif
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    int four;
    __builtin_memcpy(&four, x, 4);
#if defined(__AVX512VNNI__)
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(four), w);
#else
    return dot_pairs(sum, _mm512_maddubs_epi16(_mm512_set1_epi32(four), w), _mm512_set1_epi16(1));
#endif
}
inline __m512 scaled(Ints sum, const float* scale, Range range) {
    return _mm512_fmadd_ps(_mm512_maskz_cvtepi32_ps(every, sum), _mm512_loadu_ps(scale), _mm512_set1_ps(range.zero));
}
inline __m512 between(__m512 v, Range range) {
    return _mm512_maskz_min_ps(every, _mm512_maskz_max_ps(every, v, _mm512_set1_ps(range.low)), _mm512_set1_ps(range.high));
}
inline void put(Byte* to, Ints sum, const float* scale, Range range) {
    const __m512i q = _mm512_maskz_cvtps_epi32(every, between(scaled(sum, scale, range), range));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi32_epi8(every, q));
}
inline void put(float* to, Ints sum, const float* scale, Range range) {
    _mm512_storeu_ps(to, between(scaled(sum, scale, range), range));
}
#elif defined(__AVX2__)
using Ints = __m256i;
using Weights = __m256i;
inline Ints none() { return _mm256_setzero_si256(); }
inline Ints load(const int* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
inline void store(int* to, Ints v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v); }
inline Ints larger(Ints a, Ints b) { return _mm256_max_epi32(a, b); }
inline Weights weights(const Weight* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
inline Weights pairs_of_weights(const Weight* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Ints wide(const Byte* from) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
inline Ints pair(Ints first, Ints second) { return _mm256_or_si256(first, _mm256_slli_epi32(second, 16)); }
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w)); }
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    int four;
    __builtin_memcpy(&four, x, 4);
#if defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sum, _mm256_set1_epi32(four), w);
#else
    return dot_pairs(sum, _mm256_maddubs_epi16(_mm256_set1_epi32(four), w), _mm256_set1_epi16(1));
#endif
}
inline __m256 scaled(Ints sum, const float* scale, Range range) {
    return _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_loadu_ps(scale)), _mm256_set1_ps(range.zero));
}
inline __m256 between(__m256 v, Range range) {
    return _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(range.low)), _mm256_set1_ps(range.high));
}
inline void put(Byte* to, Ints sum, const float* scale, Range range) {
    const __m256i q = _mm256_cvtps_epi32(between(scaled(sum, scale, range), range));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
}
inline void put(float* to, Ints sum, const float* scale, Range range) {
    _mm256_storeu_ps(to, between(scaled(sum, scale, range), range));
}
)";

}  // namespace tn
