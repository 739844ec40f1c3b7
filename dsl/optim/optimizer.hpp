// What the optimizers share: the ranges of their fields, and states that never become subnormal.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace tn {

/// A field of an optimizer and what it may be: finite, at least `least` and, if that is finite, below `below`.
/// An optimizer's hyperparameters() returns an array of them.
struct Hyperparameter {
    const char* name;
    float value, least = 0, below = std::numeric_limits<float>::infinity();

    constexpr bool fits() const { return value >= least && value < below; }
};

/// The least epsilon of optimizers that divide by sqrt(s) + epsilon. It is over the square root of the smallest normal
/// number, 1.1e-19, so that a second moment which is flushed to 0 was negligible beside it.
inline constexpr float least_epsilon = 1e-18f;

/// The value, or 0 where it is subnormal. The states of weights whose gradient stays 0 decay to subnormal numbers and
/// would stay there: a CPU computes with them many times more slowly. The exponent is looked at as bits, because
/// compilers do not make vectors of a comparison of values that may be NaN.
template <class T> constexpr T flush_subnormal(T value) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
    const Bits bits = std::bit_cast<Bits>(value);
    return std::bit_cast<T>((bits & exponent) != 0 ? bits : Bits{0});
}

}  // namespace tn
