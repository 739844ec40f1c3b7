// A convolution with what follows it: the result of the convolution need not be stored and read again.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Convolution, then any of batch normalisation, ReLU and max pooling in this order.
struct ConvBlock {
    using pattern =
        Chain<One<Operation::convolution>, Maybe<Operation::batch_norm>, Maybe<&is_relu>, Maybe<Operation::max_pool>>;
    static constexpr Reads reads{.x = true, .y = false};
    static constexpr bool in_place = false;

    /// The first of the operations that is of this kind; one of no kind where there is none.
    template <Operation... Operations> static constexpr Operation find(Operation::Kind kind) {
        Operation found;
        ((found = found.kind == Operation::none && Operations.kind == kind ? Operations : found), ...);
        return found;
    }

    /// Whether the block has a BlockGeometry: one group, the same step and padding for rows and columns, and square
    /// pooling windows without padding.
    template <Operation... Operations> static constexpr bool has_geometry() {
        constexpr Operation conv = find<Operations...>(Operation::convolution);
        constexpr Operation pool = find<Operations...>(Operation::max_pool);
        return conv.groups == 1 && conv.window.is_uniform() && pool.window.is_square() && pool.window.pad.top == 0;
    }

    /// The sizes of the block for this input.
    template <Operation... Operations> static constexpr BlockGeometry geometry(Shape in) {
        static_assert(has_geometry<Operations...>());
        constexpr Operation conv = find<Operations...>(Operation::convolution);
        constexpr Operation pool = find<Operations...>(Operation::max_pool);
        return {{in.channels, in.height, in.width, conv.features, conv.window.kernel_h, conv.window.kernel_w,
                 conv.window.stride_h, conv.window.pad.top},
                conv.bias,
                find<Operations...>(Operation::batch_norm).kind == Operation::batch_norm,
                (is_relu(Operations) || ...),
                pool.window.kernel_h,
                pool.kind == Operation::max_pool ? pool.window.stride_h : 0};
    }
};

}  // namespace tn::fusions
