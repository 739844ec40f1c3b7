// The order in which an epoch goes through the pictures: one for the host's loader and the device's.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/core/random.hpp"

namespace tn {

/// The key of a picture in an epoch: 64 random bits that depend on the seed, the epoch and the picture only, so that
/// any number of threads can draw them.
constexpr std::uint64_t epoch_key(std::uint64_t seed, std::uint64_t epoch, std::uint32_t picture) {
    const Philox4 words = philox(
        {picture, stream::shuffle, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(epoch >> 32)}, seed);
    return std::uint64_t{words[0]} << 32 | words[1];
}

/// The pictures 0 .. order.size() - 1 from the smallest key to the largest, equal keys by number. `keys` is scratch for
/// as many values; nothing is allocated.
void epoch_order(std::span<int> order, std::span<std::uint64_t> keys, std::uint64_t seed, std::uint64_t epoch);

}  // namespace tn
