// What every exported header with blocked kernels begins with, as text: vectors of floats and lists of indices.
#pragma once

#include <string_view>

namespace tn {

/// As wide as a register where the compiler has vectors as types, as g++ and clang do; a loop over an array elsewhere,
/// and where TYPENET_WITHOUT_VECTORS is defined.
inline constexpr std::string_view header_vectors = R"(
/// Bits of a number of half precision, finite.
struct Half {
    unsigned short bits;
};

#if defined(__GNUC__) && !defined(TYPENET_WITHOUT_VECTORS)
typedef float Vec __attribute__((vector_size(lanes * sizeof(float))));
inline Vec load(const float* from) {
    Vec v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}
inline Vec load(const Half* from) {
    typedef unsigned short Halves __attribute__((vector_size(lanes * sizeof(short))));
    typedef unsigned Words __attribute__((vector_size(lanes * sizeof(unsigned))));
    Halves halves;
    __builtin_memcpy(&halves, from, sizeof halves);
    const Words wide = __builtin_convertvector(halves, Words);
    const Words bits = (wide & 0x8000u) << 16 | (wide & 0x7fffu) << 13;
    Vec v;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v * 5192296858534827628530496329220096.0f;  // 2^112: the exponents begin elsewhere
}
inline void store(float* to, Vec v) { __builtin_memcpy(to, &v, sizeof v); }
inline Vec larger(Vec a, Vec b) { return a > b ? a : b; }
inline Vec smaller(Vec a, Vec b) { return a < b ? a : b; }
#else
struct Vec {
    float lane[lanes];
};
template <class F> inline Vec each_lane(F f) {
    Vec v;
    for (int i = 0; i < lanes; ++i) v.lane[i] = f(i);
    return v;
}
inline Vec operator+(Vec a, Vec b) { return each_lane([&](int i) { return a.lane[i] + b.lane[i]; }); }
inline Vec operator-(Vec a, Vec b) { return each_lane([&](int i) { return a.lane[i] - b.lane[i]; }); }
inline Vec operator*(Vec a, Vec b) { return each_lane([&](int i) { return a.lane[i] * b.lane[i]; }); }
inline Vec operator+(Vec a, float b) { return each_lane([&](int i) { return a.lane[i] + b; }); }
inline Vec operator*(Vec a, float b) { return each_lane([&](int i) { return a.lane[i] * b; }); }
inline Vec operator*(float a, Vec b) { return b * a; }
inline Vec operator-(Vec a) { return each_lane([&](int i) { return -a.lane[i]; }); }
inline Vec& operator+=(Vec& a, Vec b) { return a = a + b; }
inline Vec load(const float* from) { return each_lane([=](int i) { return from[i]; }); }
inline Vec load(const Half* from) {
    return each_lane([=](int i) {
        const int bits = from[i].bits, exponent = bits >> 10 & 31, fraction = bits & 1023;
        const float size = exponent ? std::ldexp(1024.0f + fraction, exponent - 25) : std::ldexp(1.0f * fraction, -24);
        return bits & 0x8000 ? -size : size;
    });
}
inline void store(float* to, Vec v) {
    for (int i = 0; i < lanes; ++i) to[i] = v.lane[i];
}
inline Vec larger(Vec a, Vec b) { return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; }); }
inline Vec smaller(Vec a, Vec b) { return each_lane([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; }); }
#endif

/// N numbers, a multiple of 16, for a kernel that reads each often.
template <int N> inline const float* widen(const Half* from, float* to) {
    for (int i = 0; i < N; i += lanes) store(to + i, load(from + i));
    return to;
}

enum Activation { linear, relu, relu6 };
template <Activation A> inline Vec activate(Vec v) {
    if constexpr (A != linear) v = larger(v, Vec{});
    if constexpr (A == relu6) v = smaller(v, Vec{} + 6.0f);
    return v;
}
)";

inline constexpr std::string_view header_indices = R"(
template <int... I> struct Indices {};
template <int N, int... I> struct Count : Count<N - 1, N - 1, I...> {};
template <int... I> struct Count<0, I...> {
    using type = Indices<I...>;
};
template <int N> using Indices_to = typename Count<N>::type;
)";

}  // namespace tn
