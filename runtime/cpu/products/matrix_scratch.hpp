// What a product of matrices packs at a time, for all instruction sets alike.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"

namespace tn::cpu {

inline constexpr int matrix_depth = 256, matrix_panel = 3 * max_lanes, matrix_tile = 8;
inline constexpr Index matrix_scratch = Index{matrix_depth} * (matrix_panel + matrix_tile);

}  // namespace tn::cpu
