// Includes the file that TN_KERNELS names once for every instruction set that a program may choose when it runs
// (isa.hpp), compiled for it, with TN_ISA as the name of the set, for a namespace, and TN_LANES floats in its vectors.
// No include guard: every source file that has such kernels includes it once.

#define TN_ISA portable
#define TN_LANES 4
#include TN_KERNELS
#undef TN_ISA
#undef TN_LANES

#if defined(__x86_64__)

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
