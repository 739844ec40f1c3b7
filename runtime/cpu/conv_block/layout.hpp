// How the methods of a block lay out `saved` and `work`, in floats, for all instruction sets alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tn::cpu {

/// The most floats in a vector of any instruction set.
inline constexpr int max_lanes = 16;

constexpr int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }
/// To whole vectors of any instruction set.
constexpr std::size_t round_up(std::size_t value) { return (value + max_lanes - 1) / max_lanes * max_lanes; }

/// Divides a buffer into regions, one after another, each beginning at a multiple of max_lanes floats.
class Regions {
public:
    /// Where a region of so many floats begins.
    constexpr std::size_t take(std::size_t floats) {
        const std::size_t begin = end_;
        end_ = round_up(end_ + floats);
        return begin;
    }
    /// Floats of a buffer that has to be aligned first (aligned()) and then holds all regions.
    constexpr std::size_t with_alignment() const { return end_ + max_lanes; }

private:
    std::size_t end_ = 0;
};

/// The first multiple of 64 bytes in `work`, from where its regions are counted.
inline float* aligned(float* work) {
    const auto address = reinterpret_cast<std::uintptr_t>(work);
    return work + ((64 - address % 64) % 64) / sizeof(float);
}

inline void clear(float* p, std::size_t floats) { std::memset(p, 0, floats * sizeof(float)); }

/// What every method saves first if backward needs z: mean [filters], then inv_std [filters], 1 / sigma. z is
/// normalised as (z - mean) * inv_std; without batch normalisation these are -bias and 1.
struct SavedStatistics {
    float *mean, *inv_std;

    SavedStatistics(float* saved, int filters) : mean(saved), inv_std(saved + filters) {}
    static constexpr std::size_t floats(int filters) { return round_up(2 * std::size_t(filters)); }
};

/// What a pass works out about a channel: Channel (batch_norm-inl.hpp) or its first half.
inline constexpr std::size_t channel_floats = 6;

}  // namespace tn::cpu
