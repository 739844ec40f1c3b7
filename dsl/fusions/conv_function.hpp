// A convolution with its normalisation and any function of one value behind it: in training what comes into the
// function is not kept beside what comes out of the convolution.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Whether a ConvBlock does not take it.
constexpr bool is_other_function(const Operation& operation) {
    return is_function(operation) && !is_rectifier(operation);
}

/// Convolution, batch normalisation, and a function that a ConvBlock does not take.
struct ConvFunction {
    using pattern = Chain<One<Operation::convolution>, One<Operation::batch_norm>, One<&is_other_function>>;
    static constexpr bool in_place = false;

    template <Operation... Operations>
    static constexpr Reads reads{.x = true, .y = (is_differentiated_from_value(Operations) || ...)};
};

}  // namespace tn::fusions
