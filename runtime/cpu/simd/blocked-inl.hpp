// Conversion between planes, one per channel, and the blocked layout, where `lanes` channels of a pixel are adjacent.
#if defined(TN_CPU_SIMD_BLOCKED_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SIMD_BLOCKED_INL
#undef TN_CPU_SIMD_BLOCKED_INL
#else
#define TN_CPU_SIMD_BLOCKED_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Transposes a lanes x lanes matrix.
TN_INLINE void transpose(V (&v)[lanes]) {
    TN_UNROLL for (int stage = 1; stage < lanes; stage *= 2) {
        V w[lanes];
        TN_UNROLL for (int i = 0; i < lanes / 2; ++i) {
            w[2 * i] = interleave_low(v[i], v[i + lanes / 2]);
            w[2 * i + 1] = interleave_high(v[i], v[i + lanes / 2]);
        }
        TN_UNROLL for (int i = 0; i < lanes; ++i) v[i] = w[i];
    }
}

/// blocked [count][lanes] from `lanes` rows of `count` values, `stride` floats apart.
inline void to_blocked(const float* rows, Index stride, int count, float* blocked) {
    for (int i = 0; i < count; i += lanes, blocked += lanes * lanes) {
        V v[lanes];
        const int left = std::min(lanes, count - i);
        TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] = load_partial(rows + r * stride + i, left);
        transpose(v);
        if (left == lanes) {
            TN_UNROLL for (int k = 0; k < lanes; ++k) store(blocked + k * lanes, v[k]);
        } else {
            V all_pixels[lanes];
            TN_UNROLL for (int k = 0; k < lanes; ++k) all_pixels[k] = v[k];
            std::memcpy(blocked, all_pixels, sizeof(V) * left);
        }
    }
}

/// The reverse, each vector replaced by f of it: `lanes` rows of `count` values, `stride` floats apart, from blocked
/// [count][lanes]. `add`: added to the rows.
template <class F>
inline void from_blocked(const float* blocked, int count, float* rows, Index stride, const F& f, bool add = false) {
    for (int i = 0; i < count; i += lanes, blocked += lanes * lanes) {
        V v[lanes];
        const int left = std::min(lanes, count - i);
        if (left == lanes) {
            TN_UNROLL for (int k = 0; k < lanes; ++k) v[k] = f(load(blocked + k * lanes));
        } else {
            V some_pixels[lanes]{};
            std::memcpy(some_pixels, blocked, sizeof(V) * left);
            TN_UNROLL for (int k = 0; k < lanes; ++k) v[k] = f(some_pixels[k]);
        }
        transpose(v);
        if (add) TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] += load_partial(rows + r * stride + i, left);
        TN_UNROLL for (int r = 0; r < lanes; ++r) store_partial(rows + r * stride + i, v[r], left);
    }
}

struct Identity {
    TN_INLINE V operator()(V v) const { return v; }
};

inline void from_blocked(const float* blocked, int count, float* rows, Index stride) {
    from_blocked(blocked, count, rows, stride, Identity{});
}

}  // namespace tn::cpu::TN_ISA
#endif
