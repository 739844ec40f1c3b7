// Vectors of floats and of integers of the instruction set that is being compiled. Element-wise operators are those of
// the compilers' vector extension; `a += b * c` contracts to one fused multiply-add where the set has it.
#if defined(TN_CPU_SIMD_VECTOR_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SIMD_VECTOR_INL
#undef TN_CPU_SIMD_VECTOR_INL
#else
#define TN_CPU_SIMD_VECTOR_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tn::cpu::TN_ISA {

inline constexpr int lanes = TN_LANES;
using V = float __attribute__((vector_size(4 * TN_LANES)));
using I = int __attribute__((vector_size(4 * TN_LANES)));

TN_INLINE V load(const float* p) {
    V v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

TN_INLINE void store(float* p, V v) { std::memcpy(p, &v, sizeof v); }

#if defined(__x86_64__) && TN_LANES == 8
/// All bits of the first `count` lanes.
TN_INLINE __m256i first_lanes_mask(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#elif defined(__x86_64__) && TN_LANES == 16
TN_INLINE __mmask16 first_lanes_mask(int count) { return static_cast<__mmask16>(count > 0 ? (1u << count) - 1 : 0); }
#endif

/// The first `count` floats, then zeros; reads nothing beyond them. `count` may be negative: none.
TN_INLINE V load_partial(const float* p, int count) {
    if (count >= lanes) return load(p);
#if defined(__x86_64__) && TN_LANES == 16
    return reinterpret_cast<V>(_mm512_maskz_loadu_ps(first_lanes_mask(count), p));
#elif defined(__x86_64__) && TN_LANES == 8
    return reinterpret_cast<V>(_mm256_maskload_ps(p, first_lanes_mask(count)));
#else
    V v{};
    if (count > 0) std::memcpy(&v, p, sizeof(float) * count);
    return v;
#endif
}

/// Writes the first `count` floats and nothing beyond them.
TN_INLINE void store_partial(float* p, V v, int count) {
    if (count >= lanes) return store(p, v);
#if defined(__x86_64__) && TN_LANES == 16
    _mm512_mask_storeu_ps(p, first_lanes_mask(count), reinterpret_cast<__m512>(v));
#elif defined(__x86_64__) && TN_LANES == 8
    _mm256_maskstore_ps(p, first_lanes_mask(count), reinterpret_cast<__m256>(v));
#else
    if (count > 0) std::memcpy(p, &v, sizeof(float) * count);
#endif
}

/// A store that bypasses the caches, for what is not read again soon; p must be aligned to the size of a vector.
TN_INLINE void stream(float* p, V v) {
#if defined(__x86_64__) && TN_LANES == 16
    _mm512_stream_ps(p, reinterpret_cast<__m512>(v));
#elif defined(__x86_64__) && TN_LANES == 8
    _mm256_stream_ps(p, reinterpret_cast<__m256>(v));
#elif defined(__x86_64__)
    _mm_stream_ps(p, reinterpret_cast<__m128>(v));
#else
    store(p, v);
#endif
}

/// True for a buffer so large that its end evicts its beginning from a core's caches, and what is in use beside it, if
/// it is aligned for stream(): 3 MB.
inline bool worth_streaming(const float* p, Index floats) {
    return floats >= Index{3} << 18 && reinterpret_cast<std::uintptr_t>(p) % 64 == 0;
}

/// Orders a task's stores by stream() before what follows; call it after the last one.
TN_INLINE void stream_fence() {
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

#if defined(__x86_64__) && TN_LANES == 16
inline constexpr __mmask16 every_lane = 0xffff;  // without a mask g++ 12 warns that these use an unset value
#endif

/// `lanes` bytes as integers, and integers of 0 .. 255 as bytes. Intrinsics, because compilers turn
/// __builtin_convertvector into a conversion of one value after another here.
TN_INLINE I widen_bytes(const unsigned char* p) {
#if defined(__x86_64__) && TN_LANES == 16
    return reinterpret_cast<I>(
        _mm512_maskz_cvtepu8_epi32(every_lane, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#elif defined(__x86_64__) && TN_LANES == 8
    return reinterpret_cast<I>(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
    return I{p[0], p[1], p[2], p[3]};
#endif
}
TN_INLINE void narrow_to_bytes(I v, unsigned char* p) {
#if defined(__x86_64__) && TN_LANES == 16
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm512_maskz_cvtepi32_epi8(every_lane, reinterpret_cast<__m512i>(v)));
#elif defined(__x86_64__) && TN_LANES == 8
    const __m256i all = reinterpret_cast<__m256i>(v);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
#else
    for (int i = 0; i < lanes; ++i) p[i] = static_cast<unsigned char>(v[i]);
#endif
}

/// Keeps v in a register: compilers otherwise repeat the load in every operation that uses it.
TN_INLINE void keep_in_register(V& v) {
#if defined(__x86_64__)
    asm("" : "+v"(v));
#elif defined(__aarch64__)
    asm("" : "+w"(v));
#else
    static_cast<void>(v);
#endif
}

/// x in every lane (x - 0 is x, also for -0). A vector is one already.
TN_INLINE V broadcast(float x) { return x - V{}; }
TN_INLINE V broadcast(V v) { return v; }

/// NaN stays NaN.
TN_INLINE V relu(V v) { return V{} > v ? V{} : v; }

#if TN_LANES == 16
#define TN_EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define TN_ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define TN_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TN_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif TN_LANES == 8
#define TN_EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define TN_ODD 1, 3, 5, 7, 9, 11, 13, 15
#define TN_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define TN_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define TN_EVEN 0, 2, 4, 6
#define TN_ODD 1, 3, 5, 7
#define TN_LOW 0, 4, 1, 5
#define TN_HIGH 2, 6, 3, 7
#endif

/// The even and the odd elements of the 2 * lanes floats a, b; and the two halves of what they are interleaved to.
TN_INLINE V even(V a, V b) { return __builtin_shufflevector(a, b, TN_EVEN); }
TN_INLINE V odd(V a, V b) { return __builtin_shufflevector(a, b, TN_ODD); }
TN_INLINE V interleave_low(V even, V odd) { return __builtin_shufflevector(even, odd, TN_LOW); }
TN_INLINE V interleave_high(V even, V odd) { return __builtin_shufflevector(even, odd, TN_HIGH); }

/// Sums of neighbours, of a and then of b.
TN_INLINE V add_pairs(V a, V b) { return even(a, b) + odd(a, b); }

/// The sums of the lanes of N vectors, in the first N lanes; N is 1, 2, 4 or 8 and at most `lanes`.
template <int N> TN_INLINE V horizontal_sums(const V (&v)[N]) {
    if constexpr (N == 1) {
        V total = v[0];
        TN_UNROLL for (int left = lanes; left > 1; left /= 2) total = add_pairs(total, total);
        return total;
    } else {
        V half[N / 2];
        TN_UNROLL for (int i = 0; i < N / 2; ++i) half[i] = add_pairs(v[2 * i], v[2 * i + 1]);
        V total = half[0];
        if constexpr (N > 2) {
            V quarter[N / 4];
            TN_UNROLL for (int i = 0; i < N / 4; ++i) quarter[i] = add_pairs(half[2 * i], half[2 * i + 1]);
            total = quarter[0];
            if constexpr (N > 4) total = add_pairs(quarter[0], quarter[1]);
        }
        TN_UNROLL for (int left = lanes / N; left > 1; left /= 2) total = add_pairs(total, total);
        return total;
    }
}

/// The sum of the lanes.
TN_INLINE float horizontal_sum(V v) { return horizontal_sums<1>({v})[0]; }

#undef TN_EVEN
#undef TN_ODD
#undef TN_LOW
#undef TN_HIGH

}  // namespace tn::cpu::TN_ISA
#endif
