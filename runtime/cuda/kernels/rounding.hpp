// Floats as products read them: rounded to TF32 or bfloat16, in words of 32 bits.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/patch_plan.hpp"
#include "runtime/cuda/precision.hpp"

namespace tn::cuda {

/// A float rounded to TF32, to nearest, ties away from zero.
TN_HOST_DEVICE constexpr std::uint32_t tf32_bits(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? bits : (bits + 0x1000u) & 0xFFFFE000u;
}
/// A float rounded to bfloat16, to nearest, ties to even.
TN_HOST_DEVICE constexpr std::uint32_t bf16_bits(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return 0x7FC0u;
    return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
}
/// Two floats rounded to bfloat16, the first in the lower half: one instruction on the device. NaN stays NaN.
TN_HOST_DEVICE inline std::uint32_t bf16_pair(float first, float second) {
#if defined(__CUDA_ARCH__)
    std::uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
    return pair;
#else
    return bf16_bits(first) | bf16_bits(second) << 16;
#endif
}

/// A value kept in bfloat16.
class Bf16 {
public:
    Bf16() = default;
    TN_HOST_DEVICE explicit Bf16(float v) : bits_(static_cast<std::uint16_t>(bf16_pair(v, 0))) {}
    TN_HOST_DEVICE std::uint32_t bits() const { return bits_; }
    TN_HOST_DEVICE operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16); }

private:
    std::uint16_t bits_;
};

/// Two neighbours in memory, stored at once, and what they are as they are kept.
template <class V> class alignas(2 * sizeof(V)) TN_SEVERAL Pair {
public:
    TN_DEVICE Pair(float first, float second) : first_(first), second_(second) {}
    TN_DEVICE float first() const { return first_; }
    TN_DEVICE float second() const { return second_; }

private:
    V first_, second_;
};
template <> class TN_SEVERAL Pair<Bf16> {
public:
    TN_DEVICE Pair(float first, float second) : bits_(bf16_pair(first, second)) {}
    TN_DEVICE float first() const { return std::bit_cast<float>(bits_ << 16); }
    TN_DEVICE float second() const { return std::bit_cast<float>(bits_ & 0xFFFF0000u); }

private:
    std::uint32_t bits_;
};

/// How a block keeps z and its gradient: as products read them.
template <Precision P> using Kept = std::conditional_t<P == Precision::bf16, Bf16, float>;

/// The word of value(0), and in bfloat16 value(1), which follows it along the inner extent.
template <Precision P, class F> TN_DEVICE std::uint32_t word(F value) {
    if constexpr (P == Precision::fp32)
        return std::bit_cast<std::uint32_t>(value(0));
    else if constexpr (P == Precision::tf32)
        return tf32_bits(value(0));
    else if constexpr (std::is_same_v<decltype(value(0)), Bf16>)
        return value(0).bits() | value(1).bits() << 16;
    else
        return bf16_pair(value(0), value(1));
}

}  // namespace tn::cuda
