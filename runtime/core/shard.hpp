// Which samples of a batch a process computes, where several share it.
#pragma once

#include "dsl/core/index.hpp"

namespace tn {

/// `count` samples from `first` on; `alone`: every process computes all of them by itself.
struct Shard {
    int first, count;
    bool alone;
};

/// The share of process `rank` of `size` in a batch of n: as many samples as the others', or one more or less. Fewer
/// samples than processes are not shared.
constexpr Shard shard_of(int n, int rank, int size) {
    if (size == 1 || n < size) return {0, n, true};
    const int first = part_begin(n, rank, size);
    return {first, part_begin(n, rank + 1, size) - first, false};
}

}  // namespace tn
