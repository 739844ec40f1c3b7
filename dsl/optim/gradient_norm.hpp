// The norm of all gradients together, and the factor that limits it: Pascanu, Mikolov and Bengio, "On the difficulty of
// training recurrent neural networks", 2013.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

namespace tn {

/// The sum of squares is taken in so many parts, which are added in order: the same bits with any number of threads.
inline constexpr int norm_parts = 256;

/// What all gradients are times so that their norm is at most `most`, or 1 where `most` is 0. It is 0 where the norm is
/// not finite: such a step must change nothing.
constexpr float clip_factor(double norm, float most) {
    if (!(norm <= std::numeric_limits<double>::max())) return 0;
    return most > 0 && norm > double{most} ? static_cast<float>(double{most} / norm) : 1.0f;
}

/// Parts begin .. end-1 of the sum of squares of `count` gradients, in double: a function object for
/// Device::for_ranges.
template <class T> struct SumSquares {
    const T* gradient;
    std::size_t count;
    double* sums;  ///< [norm_parts]

    constexpr void operator()(int begin, int end) const {
        for (int part = begin; part < end; ++part) sums[part] = sum(first(part), first(part + 1));
    }

private:
    constexpr std::size_t first(int part) const { return count * part / norm_parts; }
    /// Several sums beside each other, so that compilers make vectors of them.
    constexpr double sum(std::size_t begin, std::size_t end) const {
        constexpr std::size_t together = 8;
        double lanes[together]{}, all = 0;
        std::size_t i = begin;
        for (; i + together <= end; i += together)
            for (std::size_t k = 0; k < together; ++k) lanes[k] += double{gradient[i + k]} * double{gradient[i + k]};
        for (; i < end; ++i) all += double{gradient[i]} * double{gradient[i]};
        for (std::size_t k = 0; k < together; ++k) all += lanes[k];
        return all;
    }
};

/// The norm and the factor from the sums of all parts: a function object for Device::for_ranges(1, ...).
struct FinishNorm {
    const double* sums;  ///< [norm_parts]
    float most;          ///< the largest norm; 0: any
    double* norm;
    float* clip;

    constexpr void operator()(int, int) const {
        double sum = 0;
        for (int part = 0; part < norm_parts; ++part) sum += sums[part];
        *norm = std::sqrt(sum);
        *clip = clip_factor(*norm, most);
    }
};

}  // namespace tn
