// Numbers of files as floats.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace tn {

/// How the numbers of a tensor are stored, little-endian.
enum class NumberFormat { f16, bf16, f32, f64, other };

/// The format that safetensors calls F16, BF16, F32 or F64.
constexpr NumberFormat number_format(std::string_view dtype) {
    if (dtype == "F16") return NumberFormat::f16;
    if (dtype == "BF16") return NumberFormat::bf16;
    if (dtype == "F32") return NumberFormat::f32;
    if (dtype == "F64") return NumberFormat::f64;
    return NumberFormat::other;
}

/// IEEE 754 binary16.
inline float half_to_float(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = exponent == 31 ? (fraction ? std::numeric_limits<float>::quiet_NaN() : HUGE_VALF)
                  : exponent > 0 ? std::ldexp(static_cast<float>(1024 + fraction), exponent - 25)
                                 : std::ldexp(static_cast<float>(fraction), -24);
    return bits >> 15 ? -value : value;
}

/// The number at `from` as a float; `format` is not `other`.
inline float float_at(const std::uint8_t* from, NumberFormat format) {
    const auto read = [from]<class T>(T value) {
        std::memcpy(&value, from, sizeof value);
        return value;
    };
    switch (format) {
        case NumberFormat::f16: return half_to_float(read(std::uint16_t{}));
        case NumberFormat::bf16: return std::bit_cast<float>(std::uint32_t{read(std::uint16_t{})} << 16);
        case NumberFormat::f64: return static_cast<float>(read(double{}));
        default: return read(float{});
    }
}

}  // namespace tn
