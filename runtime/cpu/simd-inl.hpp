// Vectors of floats for the instruction set that is being compiled: TN_ISA names it, TN_LANES is the number of floats.
// No include guard: conv_block.cpp includes the -inl files once an instruction set. `a += b * c` contracts to one FMA
// where the set has it.

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

/// The first `count` floats, zeros behind them; reads nothing more.
TN_INLINE V load_part(const float* p, int count) {
    if (count >= lanes) return load(p);
    V v{};
    std::memcpy(&v, p, sizeof(float) * static_cast<std::size_t>(count));
    return v;
}

/// Writes the first `count` floats and nothing more.
TN_INLINE void store_part(float* p, V v, int count) {
    if (count >= lanes)
        store(p, v);
    else
        std::memcpy(p, &v, sizeof(float) * static_cast<std::size_t>(count));
}

/// Writes past the caches what is not read again soon: p is a multiple of the vector's size.
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

/// Whether a buffer is so large that its end pushes its beginning out of the caches, and can be streamed to.
inline bool worth_streaming(const float* p, std::size_t floats) {
    return floats >= std::size_t{2} << 20 && reinterpret_cast<std::uintptr_t>(p) % 64 == 0;
}

/// After a task's last stream().
TN_INLINE void finish_streams() {
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

#if defined(__x86_64__) && TN_LANES == 16
inline constexpr __mmask16 every = 0xffff;  // without a mask these make g++ 12 warn of what is not set
#endif

/// `lanes` bytes as integers, and integers of 0 to 127 as bytes: __builtin_convertvector goes value by value here.
TN_INLINE I widen(const unsigned char* p) {
#if defined(__x86_64__) && TN_LANES == 16
    return reinterpret_cast<I>(_mm512_maskz_cvtepu8_epi32(every, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#elif defined(__x86_64__) && TN_LANES == 8
    return reinterpret_cast<I>(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
    return I{p[0], p[1], p[2], p[3]};
#endif
}
TN_INLINE void narrow(I v, unsigned char* p) {
#if defined(__x86_64__) && TN_LANES == 16
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_maskz_cvtepi32_epi8(every, reinterpret_cast<__m512i>(v)));
#elif defined(__x86_64__) && TN_LANES == 8
    const __m256i all = reinterpret_cast<__m256i>(v);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
#else
    for (int i = 0; i < lanes; ++i) p[i] = static_cast<unsigned char>(v[i]);
#endif
}

/// Keeps v in a register: compilers else repeat the load in each of the operations that use it.
TN_INLINE void keep(V& v) {
#if defined(__x86_64__)
    asm("" : "+v"(v));
#endif
}

/// x in every lane (x - 0 is x, also for -0).
TN_INLINE V all(float x) { return x - V{}; }

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

/// Of the 2 * lanes floats a, b: those with an even index, those with an odd one; and the two put together again.
TN_INLINE V even(V a, V b) { return __builtin_shufflevector(a, b, TN_EVEN); }
TN_INLINE V odd(V a, V b) { return __builtin_shufflevector(a, b, TN_ODD); }
TN_INLINE V zip_low(V even, V odd) { return __builtin_shufflevector(even, odd, TN_LOW); }
TN_INLINE V zip_high(V even, V odd) { return __builtin_shufflevector(even, odd, TN_HIGH); }

/// Sums of neighbours, of a and then of b.
TN_INLINE V add_pairs(V a, V b) { return even(a, b) + odd(a, b); }

/// The sums of the lanes of N vectors, in the first N lanes; N is 1, 2, 4 or 8 and at most `lanes`.
template <int N> TN_INLINE V sums(const V (&v)[N]) {
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
TN_INLINE float sum(V v) { return sums<1>({v})[0]; }

#undef TN_EVEN
#undef TN_ODD
#undef TN_LOW
#undef TN_HIGH

}  // namespace tn::cpu::TN_ISA
