// What all the ways to compute a block share of their sizes, and which way a geometry goes.
#pragma once

#include <cstddef>

#include "dsl/core/conv_geometry.hpp"

namespace tn::cpu {

/// The largest numbers over all instruction sets: floats of a vector and output channels of a register tile.
inline constexpr int max_lanes = 16, max_tile = 8;

/// The samples are cut in this many slices, whatever the number of threads: a slice is summed in order and the slices
/// are summed in order, so that the sums are the same bits.
inline constexpr int max_slices = 16;

constexpr int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }
constexpr std::size_t round_up(std::size_t value) { return (value + max_lanes - 1) / max_lanes * max_lanes; }

/// How a block is computed: with vectors over pixels, for any geometry (conv_plan.hpp); tile by tile from Winograd's
/// products (tile_plan.hpp); or, of few input channels, window by window without its z (stem_plan.hpp).
enum class Method { direct, winograd, stem };

/// The most input channels of a stem block.
inline constexpr int stem_channels = 3;

constexpr Method method_of(const BlockGeometry& b) {
    const ConvGeometry& c = b.conv;
    const bool pairs = b.pool_window == 2 && b.pool_stride == 2;
    if (c.stride != 1 || c.kernel_h != 3 || c.kernel_w != 3 || !(pairs || !b.pool())) return Method::direct;
    if (pairs && c.channels <= stem_channels) return Method::stem;
    return c.filters % max_lanes == 0 && c.channels % max_lanes == 0 && c.out_h() >= 4 && c.out_w() >= 4
               ? Method::winograd
               : Method::direct;
}

}  // namespace tn::cpu
