// Counter-based random numbers: a pure function, the same on every device, at every thread count and after a resume.
#pragma once

#include <array>
#include <cstdint>

namespace tn {

using Philox4 = std::array<std::uint32_t, 4>;

/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
/// Four independent 32-bit words for a 128-bit counter and a 64-bit key; no state.
constexpr Philox4 philox(Philox4 counter, std::uint64_t key) {
    auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ k1, static_cast<std::uint32_t>(a)};
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return counter;
}

/// What a stream of random numbers is for: one name a use, so that no two uses share numbers.
namespace stream {
inline constexpr std::uint32_t initialise = 1, shuffle = 2, split = 3, augment = 4, dropout = 5, characters = 6,
                               labels = 7, folds = 8, mixup = 9;
}

}  // namespace tn
