// What can be trained on: data of any kind.
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>

#include "runtime/core/random.hpp"

namespace tn {

/// A data set knows the numbers of its samples' classes: one a sample, or for a loss per pixel one a pixel.
template <class D>
concept HasSampleLabels = requires(const D& data, int i, std::span<int> to) { data.labels(i, to); };
/// It knows the values that the network is to give, one an output.
template <class D>
concept HasSampleTargets = requires(const D& data, int i, std::span<float> to) { data.targets(i, to); };

/// Any class with these members is a data set; `to` has exactly the values of the network's input, labels or targets.
///
///     int size() const;                                    // samples
///     void input(int i, std::span<float> to) const;        // what the network sees of sample i, in CHW
///     void labels(int i, std::span<int> to) const;         // or
///     void targets(int i, std::span<float> to) const;      // what it is to say
///
/// They are called by several threads at once. Labels are looked at before a run begins, for all samples. What they
/// throw ends the run. With one more,
///
///     void input(int i, std::span<float> to, tn::Random random) const;
///
/// a sample may look a little different every time it is trained on; `random` depends on the run's seed, the epoch and
/// i alone, so that a run is the same with any number of threads. Tests see input(i, to).
template <class D>
concept Dataset = requires(const D& data, int i, std::span<float> to) {
    { data.size() } -> std::convertible_to<int>;
    data.input(i, to);
} && (HasSampleLabels<D> || HasSampleTargets<D>);

/// It changes its samples by chance.
template <class D>
concept AugmentsSamples =
    Dataset<D> && requires(const D& data, std::span<float> to) { data.input(0, to, Random(0, 0)); };

/// One number, or several that lie one behind the other.
template <class V>
concept NumberOrNumbers = std::is_arithmetic_v<std::remove_cvref_t<V>> ||
                          (std::ranges::contiguous_range<V> && std::is_arithmetic_v<std::ranges::range_value_t<V>>);

template <class S>
concept SampleWithLabel = requires(const S& s) {
    requires NumberOrNumbers<decltype((s.input))>;
    requires NumberOrNumbers<decltype((s.label))>;
};
template <class S>
concept SampleWithTarget = requires(const S& s) {
    requires NumberOrNumbers<decltype((s.input))>;
    requires NumberOrNumbers<decltype((s.target))>;
};

/// A std::vector, std::span, std::array or std::deque of samples is a data set too. A sample is any struct with an
/// `input` and a `label` or a `target`, each a number or numbers, as in
///
///     struct Sample { std::array<float, 2> input; int label; };
template <class R>
concept SampleRange =
    std::ranges::random_access_range<const R> && std::ranges::sized_range<const R> && !Dataset<R> &&
    (SampleWithLabel<std::ranges::range_value_t<R>> || SampleWithTarget<std::ranges::range_value_t<R>>);

}  // namespace tn
