#include "runtime/data/pixel_rows.hpp"

#include <cstring>

#include "runtime/data/augment_draw.hpp"

#define TN_ISA portable_rows
#define TN_LANES 4
#include "runtime/data/pixel_rows-inl.hpp"
#undef TN_ISA
#undef TN_LANES

#if defined(__x86_64__)

#define TN_ISA avx2_rows
#define TN_LANES 8
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#include "runtime/data/pixel_rows-inl.hpp"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TN_ISA
#undef TN_LANES

#define TN_ISA avx512_rows
#define TN_LANES 16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,avx512f,avx512bw,avx512dq,avx512vl")
#endif
#include "runtime/data/pixel_rows-inl.hpp"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TN_ISA
#undef TN_LANES

#endif

namespace tn {

const PixelRows& pixel_rows(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512_rows::rows;
    if (isa == Isa::avx2) return avx2_rows::rows;
#endif
    return portable_rows::rows;
}

}  // namespace tn
