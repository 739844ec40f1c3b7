// What the CPU's kernels keep of a layer and need beside it, in values: constants that a network's plan reads.
#pragma once

#include <algorithm>

#include "runtime/cpu/conv_plan.hpp"

namespace tn::cpu {

struct Sizes {
    static constexpr std::size_t block_saved(const BlockGeometry& g, int batch) {
        return SavedLayout(conv_plan_sizes(g), batch).floats;
    }
    static constexpr std::size_t block_work(const BlockGeometry& g, int batch) {
        const ConvPlan plan = conv_plan_sizes(g);
        return std::max(WorkLayout(plan, batch, false).floats, WorkLayout(plan, batch, true).floats);
    }
    static constexpr std::size_t norm_work(int) { return 0; }
};

}  // namespace tn::cpu
