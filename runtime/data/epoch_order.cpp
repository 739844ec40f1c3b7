#include "runtime/data/epoch_order.hpp"

#include <algorithm>
#include <numeric>

namespace tn {

void epoch_order(std::span<int> order, std::span<std::uint64_t> keys, std::uint64_t seed, std::uint64_t epoch) {
    for (std::size_t i = 0; i < order.size(); ++i) keys[i] = epoch_key(seed, epoch, static_cast<std::uint32_t>(i));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        const std::uint64_t of_a = keys[a], of_b = keys[b];
        return of_a != of_b ? of_a < of_b : a < b;
    });
}

}  // namespace tn
