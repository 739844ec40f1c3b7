// Vectors of 128 bits, on x86 and in WebAssembly, of an exported header that runs on bytes, and loops elsewhere, as
// text.
#pragma once

#include <string_view>

namespace tn {

/// Behind int8_wide_vectors.
inline constexpr std::string_view int8_narrow_vectors = R"(#elif defined(__SSE2__)
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
    const __m128i bytes = _mm_set1_epi32(four);
#if defined(__SSSE3__)
    return dot_pairs(sum, _mm_maddubs_epi16(bytes, w), _mm_set1_epi16(1));
#else
    sum = dot_pairs(sum, _mm_and_si128(bytes, _mm_set1_epi16(255)), _mm_srai_epi16(_mm_slli_epi16(w, 8), 8));
    return dot_pairs(sum, _mm_srli_epi16(bytes, 8), _mm_srai_epi16(w, 8));
#endif
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
using Ints = v128_t;
using Weights = v128_t;
inline Ints none() { return wasm_i32x4_const_splat(0); }
inline Ints load(const int* from) { return wasm_v128_load(from); }
inline void store(int* to, Ints v) { wasm_v128_store(to, v); }
inline Ints larger(Ints a, Ints b) { return wasm_i32x4_max(a, b); }
inline Weights weights(const Weight* from) { return wasm_v128_load(from); }
inline Weights pairs_of_weights(const Weight* from) { return wasm_i16x8_load8x8(from); }
inline Ints wide(const Byte* from) { return wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(from))); }
inline Ints pair(Ints first, Ints second) { return wasm_v128_or(first, wasm_i32x4_shl(second, 16)); }
inline Ints dot_pairs(Ints sum, Ints x, Weights w) { return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(x, w)); }
inline Ints dot(Ints sum, const Byte* x, Weights w) {
    const Ints bytes = wasm_v128_load32_splat(x);
    sum = dot_pairs(sum, wasm_v128_and(bytes, wasm_i16x8_const_splat(255)), wasm_i16x8_shr(wasm_i16x8_shl(w, 8), 8));
    return dot_pairs(sum, wasm_u16x8_shr(bytes, 8), wasm_i16x8_shr(w, 8));
}
inline v128_t between(Ints sum, const float* scale, Range range) {
    const v128_t v = wasm_f32x4_add(wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sum), wasm_v128_load(scale)), wasm_f32x4_splat(range.zero));
    return wasm_f32x4_pmin(wasm_f32x4_pmax(v, wasm_f32x4_splat(range.low)), wasm_f32x4_splat(range.high));
}
inline void put(Byte* to, Ints sum, const float* scale, Range range) {
    const v128_t q = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(between(sum, scale, range)));
    const v128_t words = wasm_i16x8_narrow_i32x4(q, q);
    wasm_v128_store32_lane(to, wasm_u8x16_narrow_i16x8(words, words), 0);
}
inline void put(float* to, Ints sum, const float* scale, Range range) { wasm_v128_store(to, between(sum, scale, range)); }
#endif
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
