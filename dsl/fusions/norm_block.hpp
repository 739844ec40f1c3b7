// Batch normalisation that no convolution stands before, with what follows it.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Batch normalisation, then a function of one value if it follows. ReLU is known from the input.
struct NormBlock {
    using pattern = Chain<One<Operation::batch_norm>, Maybe<&is_function>>;
    static constexpr bool reads_value(const Operation& operation) {
        return is_differentiated_from_value(operation) && !is_rectifier(operation);
    }
    template <Operation... Operations> static constexpr Reads reads{.x = true, .y = (reads_value(Operations) || ...)};
    static constexpr bool in_place = false;

    /// As a block whose convolution changes nothing.
    template <Operation... Behind> static constexpr BlockGeometry geometry(Shape in) {
        return {{in.channels, in.height, in.width, in.channels, 1, 1},
                false,
                true,
                (is_rectifier(Behind) || ...),
                0,
                0,
                (is_relu6(Behind) || ...) ? 6 : 0};
    }
};

}  // namespace tn::fusions
