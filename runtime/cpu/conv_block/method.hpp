// By which method a block is computed, from its geometry.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "runtime/cpu/conv_block/layout.hpp"

namespace tn::cpu {

enum class Method {
    direct,    // vectors over pixels, for any geometry (direct/plan.hpp)
    winograd,  // Winograd's products of 4 x 4 tiles (winograd/plan.hpp)
    product,   // one product of matrices over the whole batch (product/plan.hpp)
    stem,      // few input channels: pooling window by pooling window, without storing z (stem/plan.hpp)
};

/// The most input channels of a stem block.
inline constexpr int stem_channels = 3;

constexpr Method method_of(const BlockGeometry& b) {
    const ConvGeometry& c = b.conv;
    const bool pool_2x2 = b.pool_window == 2 && b.pool_stride == 2;
    const bool whole_blocks = c.filters % max_lanes == 0 && c.channels % max_lanes == 0;
    // On a small plane the direct method reads all weights for a few vectors of pixels.
    const bool small = c.out_plane() <= 256 && c.channels >= 32 && c.filters >= 32;
    const Method otherwise = small ? Method::product : Method::direct;
    if (c.more_pad != 0 || c.stride != 1 || c.kernel_h != 3 || c.kernel_w != 3 || !(pool_2x2 || !b.pool()))
        return otherwise;
    if (pool_2x2 && c.channels <= stem_channels && b.ceiling == 0) return Method::stem;
    return whole_blocks && c.out_h() >= 4 && c.out_w() >= 4 ? Method::winograd : otherwise;
}

}  // namespace tn::cpu
