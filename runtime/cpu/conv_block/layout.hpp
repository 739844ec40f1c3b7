// How the methods of a block lay out `saved` and `work`, in floats, for all instruction sets alike.
#pragma once

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"

namespace tn::cpu {

/// The most floats in a vector of any instruction set.
inline constexpr int max_lanes = 16;

constexpr int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }
/// To whole vectors of any instruction set.
constexpr Index round_up(Index value) { return (value + max_lanes - 1) / max_lanes * max_lanes; }

/// Divides a buffer into regions, one after another, each beginning at a multiple of max_lanes floats.
class Regions {
public:
    /// Where a region of so many floats begins.
    constexpr Index take(Index floats) {
        const Index begin = end_;
        end_ = round_up(end_ + floats);
        return begin;
    }
    /// Floats of a buffer that has to be aligned first (aligned()) and then holds all regions.
    constexpr Index with_alignment() const { return end_ + max_lanes; }

private:
    Index end_ = 0;
};

/// The first multiple of 64 bytes in `work`, from where its regions are counted.
inline float* aligned(float* work) {
    const auto address = reinterpret_cast<std::uintptr_t>(work);
    return work + ((64 - address % 64) % 64) / sizeof(float);
}

inline void clear(float* p, Index floats) { std::memset(p, 0, floats * sizeof(float)); }

/// What every method saves first if backward needs z: mean [filters], then inv_std [filters], 1 / sigma. z is
/// normalised as (z - mean) * inv_std; without batch normalisation these are -bias and 1.
struct SavedStatistics {
    float *mean, *inv_std;

    SavedStatistics(float* saved, int filters) : mean(saved), inv_std(saved + filters) {}
    static constexpr Index floats(int filters) { return round_up(2 * Index{filters}); }
};

/// What a pass works out about a channel: Channel (batch_norm-inl.hpp) or its first half.
inline constexpr Index channel_floats = 6;

}  // namespace tn::cpu
