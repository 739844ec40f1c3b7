// Products of bytes and their sums by plain loops, for processors that are no x86.
#if defined(TN_CPU_INT8_PART_OF_LOOPS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_PART_OF_LOOPS_INL
#undef TN_CPU_INT8_PART_OF_LOOPS_INL
#else
#define TN_CPU_INT8_PART_OF_LOOPS_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/passes.hpp"

#if TN_LANES == 4 && !defined(__SSE2__)

namespace tn::cpu::TN_ISA {

/// Four sums, or four bytes or weights for each, or two of 16 bits.
struct Part {
    int lane[4];
};
/// Positions of a tile with 1, 2, ... panels of weights, as registers have room for; 0: no such tiles.
inline constexpr int tile_positions[ByteKernels::most_panels] = {2, 0, 0, 0};
template <class F> TN_INLINE Part each_lane(F f) { return {{f(0), f(1), f(2), f(3)}}; }
TN_INLINE Part load(const int* from) {
    return each_lane([=](int i) { return from[i]; });
}
TN_INLINE void store(int* to, const Part& v) { std::memcpy(to, v.lane, sizeof v.lane); }
TN_INLINE Part larger(const Part& a, const Part& b) {
    return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
template <class Byte> TN_INLINE int packed(const Byte* from) {
    int four;
    std::memcpy(&four, from, 4);
    return four;
}
TN_INLINE Part weights(const std::int8_t* from) {
    return each_lane([=](int i) { return packed(from + 4 * i); });
}
TN_INLINE Part four_bytes(const std::uint8_t* x) {
    return each_lane([=](int) { return packed(x); });
}
TN_INLINE Part dot(const Part& sum, const Part& four, const Part& w) {
    return each_lane([&](int i) {
        std::uint8_t x[4];
        std::int8_t v[4];
        std::memcpy(x, &four.lane[i], 4);
        std::memcpy(v, &w.lane[i], 4);
        return sum.lane[i] + x[0] * v[0] + x[1] * v[1] + x[2] * v[2] + x[3] * v[3];
    });
}
TN_INLINE float in_range(int sum, float scale, const ByteRange& range) {
    const float v = static_cast<float>(sum) * scale + range.zero;
    return v < range.low ? range.low : v > range.high ? range.high : v;
}
/// Rounded to the nearest as the sum with 1.5 * 2^23 is.
TN_INLINE void put(std::uint8_t* to, const Part& sum, const float* scale, const ByteRange& range) {
    for (int i = 0; i < 4; ++i)
        to[i] = static_cast<std::uint8_t>(static_cast<int>(in_range(sum.lane[i], scale[i], range) + 12582912.0f) -
                                          12582912);
}
TN_INLINE void put(float* to, const Part& sum, const float* scale, const ByteRange& range) {
    for (int i = 0; i < 4; ++i) to[i] = in_range(sum.lane[i], scale[i], range);
}

inline constexpr int together = 2;
/// What the taps of sixteen channels see: the bytes of two, `apart` bytes from each other, in a lane. Of the last two
/// of a row there may be `count`.
struct Seen {
    Part part[4];
};
TN_INLINE Seen seen(const std::uint8_t* x, Index apart, int count) {
    const std::uint8_t* second = x + (count > 1 ? apart : 0);
    Seen all;
    for (int i = 0; i < 4; ++i) all.part[i] = each_lane([&](int k) { return x[4 * i + k] | second[4 * i + k] << 16; });
    return all;
}
TN_INLINE Part dot_taps(const Part& sum, const Part& x, const Part& w) {
    return each_lane([&](int i) {
        return sum.lane[i] + (x.lane[i] & 0xffff) * static_cast<std::int16_t>(w.lane[i] & 0xffff) +
               (x.lane[i] >> 16) * static_cast<std::int16_t>(w.lane[i] >> 16);
    });
}
TN_INLINE Part taps(const std::int8_t* from) {
    return each_lane([=](int i) {
        return static_cast<int>(static_cast<std::uint16_t>(from[2 * i]) |
                                static_cast<unsigned>(static_cast<std::uint16_t>(from[2 * i + 1])) << 16);
    });
}

}  // namespace tn::cpu::TN_ISA

#endif

#endif
