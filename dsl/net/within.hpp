// A budget: the most memory that a model of a network may take to train.
#pragma once

#include <cstddef>
#include <limits>

namespace tn {

/// As the last argument of Net: the arena of a model that trains has at most so many bytes, whatever its optimizer and
/// its device. Where it would have more the compiler chooses what is computed again in backward instead of kept, with
/// the same bits, or in how many parts a step takes its batch (Net::training_parts), or both, so that the arena fits
/// and the extra work is least. The gradients of parts are summed: they are those of the whole batch, rounded
/// otherwise, but for batch normalisation, whose statistics are of each part and move with each. Where there is such a
/// layer there are therefore parts only where nothing else fits. What cannot fit is an error that says how many bytes
/// are needed and where.
///
///     using Idol = Net<Image<3, 224, 224>, Batch<64>, networks::ResNet18<10>, SoftmaxCrossEntropy, Within<1_GiB>>;
template <std::size_t Bytes> struct Within {
    static constexpr std::size_t bytes = Bytes;
};

/// Any number of bytes, which is where a network is not Within one.
struct Unlimited {
    static constexpr std::size_t bytes = std::numeric_limits<std::size_t>::max();
};

namespace detail {

template <class> inline constexpr bool is_budget = false;
template <std::size_t Bytes> inline constexpr bool is_budget<Within<Bytes>> = true;
template <> inline constexpr bool is_budget<Unlimited> = true;

/// What a plan may take: bytes of the arena, of which some are for other things than what is planned.
template <std::size_t Bytes, std::size_t Besides> struct MemoryLimit {
    static constexpr std::size_t bytes = Bytes, besides = Besides;
    /// Values of 4 bytes that are left for the plan.
    static constexpr std::size_t values = Bytes > Besides ? (Bytes - Besides) / sizeof(float) : 0;
};
struct NoLimit {
    static constexpr std::size_t bytes = Unlimited::bytes, values = Unlimited::bytes;
};

}  // namespace detail
}  // namespace tn
