// Vectors of sums, bytes and products of an exported header that runs on bytes, as text.
#pragma once

#include <string_view>

namespace tn {

/// At the top of the file.
inline constexpr std::string_view int8_includes = R"(
#if defined(__SSE2__) && defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
#include <immintrin.h>
#endif
)";

/// Opens the namespace that is named by the vectors' width and what multiplies bytes: files that are compiled for
/// different processors may include one header and be linked.
inline constexpr std::string_view int8_lanes = R"(
#if !defined(__SSE2__) || !defined(__GNUC__) || defined(TYPENET_WITHOUT_VECTORS)
inline namespace int8_loops {
namespace detail {
inline constexpr int lanes = 4, registers = 16;
#elif defined(__AVX512BW__) && defined(__AVX512VNNI__)
inline namespace int8_16_of_32_vnni {
namespace detail {
inline constexpr int lanes = 16, registers = 32;
#elif defined(__AVX512BW__)
inline namespace int8_16_of_32 {
namespace detail {
inline constexpr int lanes = 16, registers = 32;
#elif defined(__AVXVNNI__)
inline namespace int8_8_of_16_vnni {
namespace detail {
inline constexpr int lanes = 8, registers = 16;
#elif defined(__AVX2__)
inline namespace int8_8_of_16 {
namespace detail {
inline constexpr int lanes = 8, registers = 16;
#else
inline namespace int8_4_of_16 {
namespace detail {
inline constexpr int lanes = 4, registers = 12;
#endif
)";

/// `dot` adds to every lane the products of four bytes of x with four weights of its own, exactly; `dot_pairs` those of
/// two bytes of its own, as 16 bits each, with two weights. `put` turns sums into bytes or floats.
inline constexpr std::string_view int8_vectors = R"(
using Byte = unsigned char;
using Weight = signed char;
inline Byte* bytes(float* work) { return reinterpret_cast<Byte*>(work); }

/// What sums become: sum * scale[lane] + zero, rounded, from low to high.
struct Range {
    float zero, low, high;
};

#if defined(__AVX512BW__) && defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
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
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    int four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(four), w);
}
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm512_dpwssd_epi32(sum, x, w); }
#else
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm512_add_epi32(sum, _mm512_madd_epi16(x, w)); }
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    int four;
    __builtin_memcpy(&four, x, 4);
    sum = dot_pairs(sum, _mm512_set1_epi32(four & 0xff00ff), _mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8));
    return dot_pairs(sum, _mm512_set1_epi32(four >> 8 & 0xff00ff), _mm512_srai_epi16(w, 8));
}
#endif
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
#elif defined(__AVX2__) && defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
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
    sum = dot_pairs(sum, _mm256_set1_epi32(four & 0xff00ff), _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
    return dot_pairs(sum, _mm256_set1_epi32(four >> 8 & 0xff00ff), _mm256_srai_epi16(w, 8));
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
#elif defined(__SSE2__) && defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
using Ints = __m128i;
using Weights = __m128i;
inline Ints none() { return _mm_setzero_si128(); }
inline Ints load(const int* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
inline void store(int* to, Ints v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), v); }
inline Ints larger(Ints a, Ints b) {
    const __m128i first = _mm_cmpgt_epi32(a, b);
    return _mm_or_si128(_mm_and_si128(first, a), _mm_andnot_si128(first, b));
}
inline Weights weights(const Weight* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
inline Weights pairs_of_weights(const Weight* from) {
    const __m128i w = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return _mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8);
}
inline Ints wide(const Byte* from) {
    int four;
    __builtin_memcpy(&four, from, 4);
    return _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), none()), none());
}
inline Ints pair(Ints first, Ints second) { return _mm_or_si128(first, _mm_slli_epi32(second, 16)); }
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return _mm_add_epi32(sum, _mm_madd_epi16(x, w)); }
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    int four;
    __builtin_memcpy(&four, x, 4);
    sum = dot_pairs(sum, _mm_set1_epi32(four & 0xff00ff), _mm_srai_epi16(_mm_slli_epi16(w, 8), 8));
    return dot_pairs(sum, _mm_set1_epi32(four >> 8 & 0xff00ff), _mm_srai_epi16(w, 8));
}
inline __m128 between(Ints sum, const float* scale, Range range) {
    const __m128 v = _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(sum), _mm_loadu_ps(scale)), _mm_set1_ps(range.zero));
    return _mm_min_ps(_mm_max_ps(v, _mm_set1_ps(range.low)), _mm_set1_ps(range.high));
}
inline void put(Byte* to, Ints sum, const float* scale, Range range) {
    const __m128i words = _mm_packs_epi32(_mm_cvtps_epi32(between(sum, scale, range)), none());
    const int four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    __builtin_memcpy(to, &four, 4);
}
inline void put(float* to, Ints sum, const float* scale, Range range) { _mm_storeu_ps(to, between(sum, scale, range)); }
#else
struct Ints {
    int lane[lanes];
};
struct Weights {
    Weight of[4 * lanes];
};
template <class F> inline Ints each_lane(F f) {
    Ints v;
    for (int i = 0; i < lanes; ++i) v.lane[i] = f(i);
    return v;
}
inline Ints none() { return each_lane([](int) { return 0; }); }
inline Ints load(const int* from) { return each_lane([=](int i) { return from[i]; }); }
inline void store(int* to, Ints v) {
    for (int i = 0; i < lanes; ++i) to[i] = v.lane[i];
}
inline Ints larger(Ints a, Ints b) { return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; }); }
inline Weights weights(const Weight* from) {
    Weights w;
    for (int i = 0; i < 4 * lanes; ++i) w.of[i] = from[i];
    return w;
}
inline Weights pairs_of_weights(const Weight* from) {
    Weights w{};
    for (int i = 0; i < 2 * lanes; ++i) w.of[i] = from[i];
    return w;
}
inline Ints wide(const Byte* from) { return each_lane([=](int i) { return from[i]; }); }
inline Ints pair(Ints first, Ints second) { return each_lane([&](int i) { return first.lane[i] | second.lane[i] << 16; }); }
inline Ints dot_pairs(Ints sum, Ints x, Weights w) {
    return each_lane([&](int i) {
        return sum.lane[i] + (x.lane[i] & 255) * w.of[2 * i] + (x.lane[i] >> 16) * w.of[2 * i + 1];
    });
}
inline Ints dot(Ints sum, const Byte* x, const Weights& w) {
    return each_lane([&](int i) {
        return sum.lane[i] + x[0] * w.of[4 * i] + x[1] * w.of[4 * i + 1] + x[2] * w.of[4 * i + 2] + x[3] * w.of[4 * i + 3];
    });
}
inline void put(Byte* to, Ints sum, const float* scale, Range range) {
    for (int i = 0; i < lanes; ++i) {
        const float v = static_cast<float>(sum.lane[i]) * scale[i] + range.zero;
        to[i] = static_cast<Byte>(static_cast<int>((v < range.low ? range.low : v > range.high ? range.high : v) + 0.5f));
    }
}
inline void put(float* to, Ints sum, const float* scale, Range range) {
    for (int i = 0; i < lanes; ++i) {
        const float v = static_cast<float>(sum.lane[i]) * scale[i] + range.zero;
        to[i] = v < range.low ? range.low : v > range.high ? range.high : v;
    }
}
#endif
)";

}  // namespace tn
