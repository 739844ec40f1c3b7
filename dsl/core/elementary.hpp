// exp, log, tanh, erf and what is made of them, in float: our own, because a network must give the same bits with every
// instruction set and (rounding of fused products aside) on a GPU. No branches, so that compilers make vectors of them.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

namespace tn::elementary {

// The polynomials are weighted minimax fits on the reduced ranges. Errors are the largest over all floats, measured by
// tests/dsl/core/elementary_test.cpp against double, in units in the last place (ULP). In double the functions of
// <cmath> are taken: those are references, for checks.

/// `a` or `b`, without a branch: g++ makes no vectors of a conditional value that may be NaN.
constexpr float select(bool condition, float a, float b) {
    const std::uint32_t mask = std::uint32_t{0} - static_cast<std::uint32_t>(condition);
    return std::bit_cast<float>((std::bit_cast<std::uint32_t>(a) & mask) | (std::bit_cast<std::uint32_t>(b) & ~mask));
}

constexpr double select(bool condition, double a, double b) { return condition ? a : b; }

/// |x|.
constexpr float magnitude(float x) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu); }
constexpr double magnitude(double x) { return x < 0 ? -x : x; }

namespace detail {

inline constexpr float infinity = std::numeric_limits<float>::infinity();

/// x, which is not negative, with the sign of s.
constexpr float with_sign_of(float x, float s) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) | (std::bit_cast<std::uint32_t>(s) & 0x80000000u));
}

/// x between the bounds; NaN stays.
constexpr float between(float x, float least, float most) {
    const float low = select(x < least, least, x);
    return select(low > most, most, low);
}

/// x = n ln 2 + r with a whole n and |r| <= ln 2 / 2, for |x| < 128; ln 2 in two terms, the first with few digits, so
/// that n times it is exact. n is unspecified and r NaN where x is NaN.
struct Reduced {
    std::int32_t n;
    float r;
};
constexpr Reduced reduce(float x) {
    constexpr float to_whole = 12582912.0f;  // 1.5 * 2^23: adding it rounds to whole numbers
    const float shifted = x * 1.44269504f + to_whole, n = shifted - to_whole;
    return {std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(to_whole),
            (x - n * 0.693359375f) - n * -2.12194440e-4f};
}

/// exp(r) - 1 for |r| <= ln 2 / 2.
constexpr float expm1_reduced(float r) {
    float q = 1.98459689e-4f;
    q = q * r + 1.39416533e-3f;
    q = q * r + 8.33339151e-3f;
    q = q * r + 4.16663475e-2f;
    q = q * r + 1.66666657e-1f;
    q = q * r + 0.5f;
    return q * (r * r) + r;
}

/// 2^n for n from -126 to 127.
constexpr float power_of_two(std::int32_t n) { return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23); }

}  // namespace detail

/// e^x; 1.0 ULP. Overflows to infinity, underflows through subnormal numbers to 0.
constexpr float exp(float x) {
    const auto [n, r] = detail::reduce(detail::between(x, -104.0f, 89.0f));
    // In two steps, since 2^n alone may overflow or be subnormal.
    const std::int32_t half = n >> 1;
    return (1.0f + detail::expm1_reduced(r)) * detail::power_of_two(half) * detail::power_of_two(n - half);
}

/// e^x - 1, exact to the last digits near 0; 1.5 ULP.
constexpr float expm1(float x) {
    const auto [n, r] = detail::reduce(detail::between(x, -26.0f, 89.0f));
    // (e^r - 1) 2^n + (2^n - 1), where 2^n is halved before and doubled at the end, so that it does not overflow.
    const float half = detail::power_of_two(n - 1);
    return (detail::expm1_reduced(r) * half + (half - 0.5f)) * 2.0f;
}

/// ln x; 1.0 ULP. -infinity at 0 and NaN below.
constexpr float log(float x) {
    const bool subnormal = x < std::numeric_limits<float>::min();
    const float normal = x * select(subnormal, 8388608.0f, 1.0f);  // 2^23
    // x = m 2^e with m between sqrt(1/2) and sqrt(2).
    const auto bits = std::bit_cast<std::uint32_t>(normal);
    const std::int32_t e = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
    const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(e) << 23)),
                n = static_cast<float>(e) - select(subnormal, 23.0f, 0.0f);
    const float f = m - 1.0f, square = f * f;
    float p = 6.74655214e-2f;
    p = p * f - 1.16756283e-1f;
    p = p * f + 1.18881911e-1f;
    p = p * f - 1.24055944e-1f;
    p = p * f + 1.42195493e-1f;
    p = p * f - 1.66679949e-1f;
    p = p * f + 2.00021192e-1f;
    p = p * f - 2.50000089e-1f;
    p = p * f + 3.33333135e-1f;
    const float y = ((p * (square * f) + n * -2.12194440e-4f) - 0.5f * square + f) + n * 0.693359375f;
    const float at_0 = select(x == 0, -detail::infinity, std::numeric_limits<float>::quiet_NaN());
    const float outside = select(x > 0, x, at_0);  // infinity, 0, below 0 or NaN
    return select((x > 0) & (x < detail::infinity), y, outside);
}

/// ln(1 + x) for x >= 0 and finite; 2 ULP.
constexpr float log1p(float x) {
    const float sum = 1.0f + x;
    return log(sum) + (x - (sum - 1.0f)) / sum;
}

/// 1 / (1 + e^-x); 3 ULP.
constexpr float sigmoid(float x) {
    const float e = exp(-magnitude(x)), y = 1.0f / (1.0f + e);
    return y * select(x < 0, e, 1.0f);
}

/// ln(1 + e^x); 2 ULP.
constexpr float softplus(float x) {
    const float above = select(x < 0, 0.0f, x);
    return above + log1p(exp(-magnitude(x)));
}

/// (e^2x - 1) / (e^2x + 1); 1.5 ULP.
constexpr float tanh(float x) {
    const float a = magnitude(x), s = x * x;
    float p = -5.71702560e-3f;
    p = p * s + 2.06505693e-2f;
    p = p * s - 5.37434928e-2f;
    p = p * s + 1.33314908e-1f;
    p = p * s - 3.33332837e-1f;
    const float small = p * (s * a) + a, large = 1.0f - 2.0f / (exp(2.0f * a) + 1.0f);
    return detail::with_sign_of(select(a < 0.625f, small, large), x);
}

/// 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x; 1.5 ULP.
constexpr float erf(float x) {
    const float a = magnitude(x), s = x * x;
    float p = 8.34522070e-5f;
    p = p * s - 8.13743682e-4f;
    p = p * s + 5.20063424e-3f;
    p = p * s - 2.68592704e-2f;
    p = p * s + 1.12836942e-1f;
    p = p * s - 3.76126349e-1f;
    p = p * s + 1.28379166e-1f;
    const float t = select(a > 4.0f, 4.0f, a);  // 1 from there on
    float q = -1.95939505e-4f;
    q = q * t + 3.04323854e-3f;
    q = q * t - 2.22269986e-2f;
    q = q * t + 1.03931747e-1f;
    q = q * t + 6.37182057e-1f;
    q = q * t + 1.12767577f;
    q = q * t + 1.95655186e-4f;
    const float small = p * a + a, large = 1.0f - exp(-q);
    return detail::with_sign_of(select(a < 0.93f, small, large), x);
}

/// The square root, correctly rounded.
template <std::floating_point T> constexpr T sqrt(T x) { return std::sqrt(x); }

template <std::same_as<double> T> T exp(T x) { return std::exp(x); }
template <std::same_as<double> T> T expm1(T x) { return std::expm1(x); }
template <std::same_as<double> T> T log(T x) { return std::log(x); }
template <std::same_as<double> T> T sigmoid(T x) {
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
template <std::same_as<double> T> T softplus(T x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); }
template <std::same_as<double> T> T tanh(T x) { return std::tanh(x); }
template <std::same_as<double> T> T erf(T x) { return std::erf(x); }

}  // namespace tn::elementary
