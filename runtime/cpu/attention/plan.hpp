// The sizes of attention, and where it keeps things in `saved` and `work`, in floats.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/products/matrix_scratch.hpp"

namespace tn::cpu {

/// Of samples of `positions` vectors of `channels` values, which `heads` share: [channels][positions].
struct AttentionPlan {
    int channels, positions, heads;

    constexpr int of_head() const { return channels / heads; }
    constexpr Index size() const { return Index{channels} * positions; }
    /// What a head's positions give each other.
    constexpr Index pairs() const { return Index{positions} * positions; }
};

/// Rows of a projection that are one task.
inline constexpr int attention_rows = 64;

/// What training keeps of each sample: q, k and v [3 channels][positions], what the heads give [channels][positions],
/// the probabilities [heads][positions][positions].
struct AttentionSaved {
    Index qkv = 0, context = 0, probabilities = 0, sample = 0, floats = 0;

    constexpr AttentionSaved(const AttentionPlan& plan, int n)
        : context(3 * plan.size()),
          probabilities(4 * plan.size()),
          sample(4 * plan.size() + plan.heads * plan.pairs()),
          floats(sample * n) {}
};

/// The scratch of one pass. Of each sample [channels][positions]: in inference q, k, v and what the heads give, in
/// backward the gradients of these. Per task: packed matrices, and a head's probabilities or their gradients.
struct AttentionWork {
    Index sample = 0, task = 0, task_stride = 0, floats = 0;

    constexpr AttentionWork(const AttentionPlan& plan, int n) {
        Regions regions;
        sample = regions.take(4 * plan.size() * n);
        task_stride = matrix_scratch + round_up(plan.pairs());
        task = regions.take(max_slices * task_stride);
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
