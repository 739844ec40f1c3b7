// Includes the file that TN_KERNELS names once per instruction set that a program may choose at run time (isa.hpp),
// compiled for that set: TN_ISA is the name of the set, for a namespace, and TN_LANES the number of floats in one of
// its vectors. TN_ISA_TOGGLE is defined for every second set, for the guards of what the file includes
// (isa_target.hpp). No include guard: every source file with such kernels includes it once.

// The portable set comes first: what the kernels include besides *-inl.hpp files is then compiled for no other.
#define TN_ISA portable
#define TN_LANES 4
#include TN_KERNELS
#undef TN_ISA
#undef TN_LANES

#if defined(__x86_64__)

#define TN_ISA_TOGGLE
#define TN_ISA avx2
#define TN_LANES 8
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#include TN_KERNELS
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TN_ISA
#undef TN_LANES
#undef TN_ISA_TOGGLE

#define TN_ISA avx512
#define TN_LANES 16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")
#endif
#include TN_KERNELS
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TN_ISA
#undef TN_LANES

#endif
