// Sums over a batch that several processes share; a batch without a group belongs to this process alone.
#pragma once

#include <cstddef>
#include <span>

#include "runtime/core/process_group.hpp"

namespace tn::cpu {

/// Two sums per sample and channel, [n][2][filters], of every sample of the batch. Those of this process are the
/// `own_n` samples from `own_first` on.
struct SampleSums {
    const float* values;
    int filters, n, own_first, own_n;

    /// Where sum `which` of channel f of sample s lies.
    static constexpr std::size_t at(int filters, int s, int which, int f) {
        return std::size_t(2 * s + which) * std::size_t(filters) + std::size_t(f);
    }
    float operator()(int s, int which, int f) const { return values[at(filters, s, which, f)]; }
};

/// The sums of the whole batch, from those of this process's n samples.
inline SampleSums gather_sums(ProcessGroup* group, int n, int filters, const float* own) {
    if (!group) return {own, filters, n, 0, n};
    const auto per_sample = static_cast<std::size_t>(2 * filters);
    const std::span<const float> all =
        group->gather_samples({own, per_sample * static_cast<std::size_t>(n)}, per_sample);
    return {all.data(), filters, group->whole(), group->first(), n};
}

/// The samples of the whole batch, of which n are this process's.
inline int whole_batch(const ProcessGroup* group, int n) { return group ? group->whole() : n; }

/// Replaces the values by their sums over the processes.
inline void sum_over(ProcessGroup* group, std::span<double> values) {
    if (group) group->sum(values);
}

}  // namespace tn::cpu
