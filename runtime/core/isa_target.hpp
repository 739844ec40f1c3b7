// What a header with code for one instruction set (*-inl.hpp) includes before its code.
//
// each_isa.inc compiles such headers once per instruction set. TN_ISA then names the set, and the namespace that
// the code goes to; TN_LANES is the number of floats in one of its vectors. A header that is compiled alone, by an
// editor for example, is compiled for the portable set. Instead of `#pragma once` it has a guard that TN_ISA_TOGGLE
// flips from one set to the next, so that it can be included wherever it is needed, like any other header:
//
//     #if defined(TN_CPU_SIMD_VECTOR_INL) == defined(TN_ISA_TOGGLE)
//     #ifdef TN_CPU_SIMD_VECTOR_INL
//     #undef TN_CPU_SIMD_VECTOR_INL
//     #else
//     #define TN_CPU_SIMD_VECTOR_INL
//     #endif
//     ...
//     #endif
//
// Highway's hwy/examples/skeleton-inl.h works the same way.
#pragma once

#if !defined(TN_ISA)
#define TN_ISA portable
#define TN_LANES 4
#endif

#define TN_INLINE inline __attribute__((always_inline))
#define TN_INLINE_LAMBDA __attribute__((always_inline))
#if defined(__clang__)
#define TN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TN_UNROLL _Pragma("GCC unroll 16")
#endif
