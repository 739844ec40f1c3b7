// The error of a training step that would spoil the weights, and the look at the gradients that finds it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "runtime/core/error.hpp"

namespace tn {

/// The loss or a gradient is a NaN or infinite; the weights are as they were before the step.
struct NotFinite : Error {
    explicit NotFinite(std::string of)
        : Error(of +
                " is not finite: the batch has a NaN or an infinity in it, or the weights have diverged, which a "
                "smaller learning rate prevents"),
          quantity(std::move(of)) {}

    std::string quantity;  ///< "the loss", "the gradient of '4.weight'"
};

/// Whether no value is a NaN or infinite: of the bits without the sign, none is as large as those of infinity.
template <class T> bool all_finite(std::span<const T> values) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    constexpr Bits infinity = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
    Bits most = 0;
    for (const T value : values) most = std::max(most, std::bit_cast<Bits>(value) & std::numeric_limits<Bits>::max());
    return most < infinity;
}

}  // namespace tn
