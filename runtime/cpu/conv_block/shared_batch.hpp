// Sums over a batch that several processes share; a batch without a group belongs to this process alone.
#pragma once

#include <span>

#include "dsl/core/index.hpp"
#include "runtime/core/process_group.hpp"

namespace tn::cpu {

/// Two sums per sample and channel, [n][2][filters], of every sample of the batch. Those of this process are the
/// `own_n` samples from `own_first` on.
struct SampleSums {
    const float* values;
    int filters, n, own_first, own_n;

    /// Where sum `which` of channel f of sample s lies.
    static constexpr Index at(int filters, int s, int which, int f) { return Index{2 * s + which} * filters + f; }
    float operator()(int s, int which, int f) const { return values[at(filters, s, which, f)]; }
};

/// The sums of the whole batch, from those of this process's n samples.
inline SampleSums gather_sums(ProcessGroup* group, int n, int filters, const float* own) {
    if (!group) return {own, filters, n, 0, n};
    const Index per_sample = 2 * Index{filters};
    const std::span<const float> all = group->gather_samples(std::span(own, per_sample * n), per_sample);
    return {all.data(), filters, group->whole(), group->first(), n};
}

/// The samples of the whole batch, of which n are this process's.
inline int whole_batch(const ProcessGroup* group, int n) { return group ? group->whole() : n; }

/// Replaces the values by their sums over the processes.
inline void sum_over(ProcessGroup* group, std::span<double> values) {
    if (group) group->sum(values);
}

}  // namespace tn::cpu
