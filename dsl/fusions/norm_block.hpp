// Batch normalisation that no convolution stands before, with what follows it.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Batch normalisation, then ReLU, with a ceiling or without, if it follows.
struct NormBlock {
    using pattern = Chain<One<Operation::batch_norm>, Maybe<&is_rectifier>>;
    template <Operation...> static constexpr Reads reads{.x = true, .y = false};
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
