// Which samples of a batch a process computes, where several share it.
#pragma once

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
    const auto begin = [=](long long r) { return static_cast<int>(r * n / size); };
    return {begin(rank), begin(rank + 1) - begin(rank), false};
}

}  // namespace tn
