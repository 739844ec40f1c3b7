// What the CPU's kernels keep of a layer and need beside it, in values: constants that a network's plan reads.
#pragma once

#include "runtime/cpu/conv_block/plan.hpp"

namespace tn::cpu {

struct Sizes {
    static constexpr std::size_t block_saved(const BlockGeometry& g, int batch) { return block_saved_floats(g, batch); }
    static constexpr std::size_t block_work(const BlockGeometry& g, int batch) { return block_work_floats(g, batch); }
    static constexpr std::size_t norm_work(int) { return 0; }
};

}  // namespace tn::cpu
