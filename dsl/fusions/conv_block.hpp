// A convolution with what follows it: the result of the convolution need not be stored and read again.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Convolution, then any of batch normalisation, ReLU, with a ceiling or without, and max pooling in this order.
struct ConvBlock {
    using pattern = Chain<One<Operation::convolution>, Maybe<Operation::batch_norm>, Maybe<&is_rectifier>,
                          Maybe<Operation::max_pool>>;
    static constexpr bool in_place = false;

    /// The first of the operations that is of this kind; one of no kind where there is none.
    template <Operation... Operations> static constexpr Operation find(Operation::Kind kind) {
        Operation found;
        ((found = found.kind == Operation::none && Operations.kind == kind ? Operations : found), ...);
        return found;
    }

    /// Whether nothing but a rectifier is behind a convolution of one group, whose slope y tells.
    template <Operation... Operations> static constexpr bool rectifies_alone() {
        constexpr Operation conv = find<Operations...>(Operation::convolution);
        return sizeof...(Operations) == 2 && (is_rectifier(Operations) || ...) && conv.groups == 1 &&
               has_margins(conv.window) && (is_differentiated_from_value(Operations) || ...);
    }
    template <Operation... Operations> static constexpr Reads reads{.x = true, .y = rectifies_alone<Operations...>()};

    /// Whether the block has a BlockGeometry: one group, the same step and padding for rows and columns, with no less
    /// of it below than above, and square pooling windows without padding.
    template <Operation... Operations> static constexpr bool has_geometry() {
        constexpr Operation conv = find<Operations...>(Operation::convolution);
        constexpr Operation pool = find<Operations...>(Operation::max_pool);
        return conv.groups == 1 && has_margins(conv.window) && pool.window.is_square() && pool.window.pad.top == 0;
    }

    /// The sizes of the block for this input, of a depthwise convolution, too.
    template <Operation... Operations> static constexpr BlockGeometry geometry(Shape in) {
        constexpr Operation conv = find<Operations...>(Operation::convolution);
        constexpr Operation pool = find<Operations...>(Operation::max_pool);
        return {{in.channels, in.height, in.width, conv.features, conv.window.kernel_h, conv.window.kernel_w,
                 conv.window.stride_h, conv.window.pad.top, conv.window.pad.bottom - conv.window.pad.top},
                conv.bias,
                find<Operations...>(Operation::batch_norm).kind == Operation::batch_norm,
                (is_rectifier(Operations) || ...),
                pool.window.kernel_h,
                pool.kind == Operation::max_pool ? pool.window.stride_h : 0,
                (is_relu6(Operations) || ...) ? 6 : 0};
    }

    /// Whether the rectifier has no ceiling, and the margins are as wide on all sides.
    template <Operation... Operations> static constexpr bool is_plain() {
        return find<Operations...>(Operation::convolution).window.is_uniform() && !(is_relu6(Operations) || ...);
    }

    /// Whether a window's margins are those of a ConvGeometry.
    static constexpr bool has_margins(const Window& w) {
        return w.stride_h == w.stride_w && w.dilation_h == 1 && w.dilation_w == 1 && w.pad.top == w.pad.left &&
               w.pad.bottom == w.pad.right && w.pad.bottom >= w.pad.top;
    }
};

}  // namespace tn::fusions
