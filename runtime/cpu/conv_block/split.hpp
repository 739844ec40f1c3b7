// How a pass is divided into tasks. What a task computes, and the order in which sums are added, never depends on the
// number of threads, so that the results are the same bits at any number.
#pragma once

#include <algorithm>

namespace tn::cpu {

/// A batch is summed in at most so many slices: each one in order, then the slices in order.
inline constexpr int max_slices = 16;

/// first .. last - 1.
struct Range {
    int first, last;
};

/// Part `index` of 0 .. count - 1 divided evenly into `parts`.
constexpr Range part_of(int count, int parts, int index) {
    return {index * count / parts, (index + 1) * count / parts};
}

/// The slices of a batch of n samples.
struct Slices {
    int n, count;

    constexpr explicit Slices(int n) : n(n), count(std::min(n, max_slices)) {}
    constexpr Range samples(int slice) const { return part_of(n, count, slice); }
};

/// The tasks of a pass whose outputs do not depend on each other: slices of the samples, each divided further into
/// parts of a sample (of its channels or rows) where there are few samples.
struct Tasks {
    Slices slices;
    int parts;

    /// One part per sample, but as many as keep all threads busy where there are more threads than samples; a sample
    /// has `units` to divide.
    static constexpr Tasks for_threads(int n, int threads, int units) {
        if (n >= threads) return {Slices(n), 1};
        return {Slices(n), std::max(1, std::min({units, max_slices / n, (threads + n - 1) / n}))};
    }
    /// As many parts as there are slices to spare.
    static constexpr Tasks for_slices(int n, int units) { return {Slices(n), std::clamp(max_slices / n, 1, units)}; }

    constexpr int count() const { return slices.count * parts; }
    constexpr Range samples(int task) const { return slices.samples(task / parts); }
    /// Which of the `units` of a sample.
    constexpr Range units(int task, int units) const { return part_of(units, parts, task % parts); }
};

}  // namespace tn::cpu
