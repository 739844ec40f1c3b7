// Data sets made of another one: changed by chance, or a part of it.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/data/dataset_concept.hpp"

namespace tn {

/// A data set whose samples are changed by a function of the user's whenever they are trained on, and not in tests. The
/// data set must outlive it.
template <Dataset D, std::invocable<std::span<float>, Random&> Change> class Augmented {
public:
    /// `change` gets an input to change in place, and random numbers of its own; several threads call it.
    Augmented(const D& data, Change change) : data_(data), change_(std::move(change)) {}

    int size() const { return data_.size(); }
    void input(int i, std::span<float> to) const { data_.input(i, to); }
    void input(int i, std::span<float> to, Random random) const {
        data_.input(i, to);
        change_(to, random);
    }
    void labels(int i, std::span<int> to) const
        requires HasSampleLabels<D>
    {
        data_.labels(i, to);
    }
    void targets(int i, std::span<float> to) const
        requires HasSampleTargets<D>
    {
        data_.targets(i, to);
    }

private:
    const D& data_;
    Change change_;
};

/// Some samples of a data set, which must outlive it: those of a Split or a fold.
template <Dataset D> class Subset {
public:
    /// Throws Error when an index is out of range.
    Subset(const D& data, std::vector<int> indices) : data_(data), indices_(std::move(indices)) {
        for (const int i : indices_)
            if (i < 0 || i >= data.size())
                throw Error("there is no sample " + std::to_string(i) + " among " + std::to_string(data.size()));
    }

    int size() const { return static_cast<int>(indices_.size()); }
    void input(int i, std::span<float> to) const { data_.input(indices_[i], to); }
    void input(int i, std::span<float> to, Random random) const
        requires AugmentsSamples<D>
    {
        data_.input(indices_[i], to, random);
    }
    void labels(int i, std::span<int> to) const
        requires HasSampleLabels<D>
    {
        data_.labels(indices_[i], to);
    }
    void targets(int i, std::span<float> to) const
        requires HasSampleTargets<D>
    {
        data_.targets(indices_[i], to);
    }

private:
    const D& data_;
    std::vector<int> indices_;
};

}  // namespace tn
