// Sequences of random numbers, reproduced from their names alone.
#pragma once

#include <cmath>
#include <cstdint>

#include "dsl/core/philox.hpp"

namespace tn {

/// A word as a number in [0, 1) with 24 random bits.
constexpr float unit_float(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// A sequence of numbers named by (seed, stream, index): two streams with different names never overlap, and a stream
/// is reproduced from its name alone. `stream` says what the numbers are for, `index` which sample, step or epoch.
class Random {
public:
    constexpr Random(std::uint64_t seed, std::uint32_t stream, std::uint64_t index = 0)
        : key_(seed), counter_{0, stream, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)} {}

    /// 32 uniform bits.
    constexpr std::uint32_t word() {
        if (used_ == 4) {
            words_ = philox(counter_, key_);
            ++counter_[0];
            used_ = 0;
        }
        return words_[used_++];
    }

    /// Leaves out so many words.
    constexpr void skip(std::uint32_t count) {
        const unsigned left = 4 - used_;
        if (count > left) {
            counter_[0] += (count - left - 1) / 4;
            used_ = 4;
            word();
            count = (count - left - 1) % 4;
        }
        used_ += count;
    }

    /// Uniform in [0, 1).
    constexpr float uniform() { return unit_float(word()); }

    /// Uniform in [low, high).
    constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }

    /// Uniform in 0 .. bound-1, without bias (Lemire, "Fast random integer generation in an interval", 2019).
    constexpr std::uint32_t below(std::uint32_t bound) {
        std::uint64_t product = std::uint64_t{word()} * bound;
        const std::uint32_t threshold = (0u - bound) % bound;
        while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{word()} * bound;
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// True with the given probability.
    constexpr bool chance(float probability) { return uniform() < probability; }

    /// Standard normal (Box and Muller, 1958).
    float normal() {
        const float radius = std::sqrt(-2.0f * std::log(1.0f - uniform()));
        return radius * std::cos(6.2831853f * uniform());
    }

private:
    std::uint64_t key_;
    Philox4 counter_;
    Philox4 words_{};
    unsigned used_ = 4;
};

}  // namespace tn
