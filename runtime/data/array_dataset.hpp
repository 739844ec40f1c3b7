// Samples that lie one behind the other in memory, of which a data set is only a view.
#pragma once

#include <algorithm>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/dataset_concept.hpp"

namespace tn {

/// n samples: inputs [n][values a sample] and, of whole numbers labels, of others targets, [n][values a sample]. Bytes
/// become numbers from 0 to 1, v / 255; other inputs are taken as they are. What they lie in must outlive it.
template <class In, class Out> class ArrayDataset {
public:
    /// Throws Error unless both have as many values for each of the n samples.
    ArrayDataset(int n, std::span<const In> inputs, std::span<const Out> outputs)
        : n_(n), inputs_(inputs), outputs_(outputs) {
        check(inputs.size(), "input values");
        check(outputs.size(), std::is_integral_v<Out> ? "labels" : "targets");
    }

    int size() const { return n_; }
    void input(int i, std::span<float> to) const {
        const std::span<const In> from = sample(inputs_, i, to.size(), "input values");
        for (std::size_t k = 0; k < to.size(); ++k) {
            if constexpr (sizeof(In) == 1)
                to[k] = static_cast<float>(from[k]) / 255;
            else
                to[k] = static_cast<float>(from[k]);
        }
    }
    void labels(int i, std::span<int> to) const
        requires std::is_integral_v<Out>
    {
        std::ranges::transform(sample(outputs_, i, to.size(), "labels"), to.begin(),
                               [](Out label) { return static_cast<int>(label); });
    }
    void targets(int i, std::span<float> to) const
        requires std::is_floating_point_v<Out>
    {
        std::ranges::transform(sample(outputs_, i, to.size(), "targets"), to.begin(),
                               [](Out target) { return static_cast<float>(target); });
    }

private:
    void check(std::size_t values, const char* what) const {
        if (n_ < 0 || (n_ == 0 ? values != 0 : values % n_ != 0))
            throw Error(std::to_string(values) + " " + what + " are not as many for each of " + std::to_string(n_) +
                        " samples");
    }
    template <class T>
    std::span<const T> sample(std::span<const T> all, int i, std::size_t wanted, const char* what) const {
        const std::size_t each = all.size() / n_;
        if (each != wanted)
            throw Error("a sample has " + std::to_string(each) + " " + what + ", but the network takes " +
                        std::to_string(wanted));
        return all.subspan(i * each, each);
    }

    int n_;
    std::span<const In> inputs_;
    std::span<const Out> outputs_;
};

/// The same of anything contiguous: std::vector, std::array, std::span, MappedFile::values().
template <std::ranges::contiguous_range In, std::ranges::contiguous_range Out>
auto array_dataset(int n, const In& inputs, const Out& outputs) {
    using I = std::ranges::range_value_t<In>;
    using O = std::ranges::range_value_t<Out>;
    return ArrayDataset<I, O>(n, std::span<const I>(std::ranges::data(inputs), std::ranges::size(inputs)),
                              std::span<const O>(std::ranges::data(outputs), std::ranges::size(outputs)));
}

}  // namespace tn
