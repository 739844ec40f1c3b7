// A data set of a type that is known when the program runs: what the loader and the training loop work with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/dataset_concept.hpp"

namespace tn {

/// How many numbers a model takes of a sample: of labels and targets one kind is 0.
struct SampleSizes {
    std::size_t input = 0, labels = 0, targets = 0;
    bool operator==(const SampleSizes&) const = default;
};

/// A Dataset behind virtual functions.
class AnyDataset {
public:
    virtual ~AnyDataset() = default;
    virtual int size() const = 0;
    /// As a test sees it, and as training does.
    virtual void input(int i, std::span<float> to) const = 0;
    virtual void input(int i, std::span<float> to, const Random& random) const = 0;
    virtual bool has_labels() const = 0;
    virtual bool has_targets() const = 0;
    /// Throw Error when the data set has none.
    virtual void labels(int i, std::span<int> to) const = 0;
    virtual void targets(int i, std::span<float> to) const = 0;
    /// Where the samples are pictures of classes, these; else null.
    virtual const Pictures* pictures() const { return nullptr; }
};

/// Throws Error unless the data set has what a model of these sizes takes, `classes` of them: labels or targets, and
/// every label from 0 to classes - 1 or `ignored`. `name` is said first.
void check_dataset(const AnyDataset& data, const SampleSizes& sizes, int classes, int ignored, const std::string& name);

/// A checksum of all inputs and of what is to be said to them.
std::uint64_t fingerprint(const AnyDataset& data, const SampleSizes& sizes);

/// As text, 16 hexadecimal digits for several.
std::string digest_of(std::initializer_list<std::uint64_t> fingerprints);

namespace detail {

/// Any Dataset, which must outlive it.
template <Dataset D> class DatasetRef final : public AnyDataset {
public:
    explicit DatasetRef(const D& data) : data_(data) {}
    int size() const override { return static_cast<int>(data_.size()); }
    void input(int i, std::span<float> to) const override { data_.input(i, to); }
    void input(int i, std::span<float> to, const Random& random) const override {
        if constexpr (AugmentsSamples<D>)
            data_.input(i, to, random);
        else
            data_.input(i, to);
    }
    bool has_labels() const override { return HasSampleLabels<D>; }
    bool has_targets() const override { return HasSampleTargets<D>; }
    void labels(int i, std::span<int> to) const override {
        if constexpr (HasSampleLabels<D>)
            data_.labels(i, to);
        else
            throw Error("the samples have no labels");
    }
    void targets(int i, std::span<float> to) const override {
        if constexpr (HasSampleTargets<D>)
            data_.targets(i, to);
        else
            throw Error("the samples have no targets");
    }

private:
    const D& data_;
};

/// Copies one number, or as many as there must be.
template <NumberOrNumbers V, class T> void copy_numbers(const V& from, std::span<T> to, int sample, const char* what) {
    std::size_t count = 1;
    if constexpr (!std::is_arithmetic_v<V>) count = std::ranges::size(from);
    if (count != to.size())
        throw Error("sample " + std::to_string(sample) + " has " + std::to_string(count) + " " + what +
                    ", but the network takes " + std::to_string(to.size()));
    if constexpr (std::is_arithmetic_v<V>)
        to[0] = static_cast<T>(from);
    else
        for (std::size_t k = 0; k < count; ++k) to[k] = static_cast<T>(std::ranges::data(from)[k]);
}

/// A SampleRange as a Dataset.
template <SampleRange R> class RangeDataset {
    using Sample = std::ranges::range_value_t<R>;

public:
    explicit RangeDataset(const R& range) : range_(range) {}
    int size() const { return static_cast<int>(std::ranges::size(range_)); }
    void input(int i, std::span<float> to) const { copy_numbers(sample(i).input, to, i, "input values"); }
    void labels(int i, std::span<int> to) const
        requires SampleWithLabel<Sample>
    {
        copy_numbers(sample(i).label, to, i, "labels");
    }
    void targets(int i, std::span<float> to) const
        requires SampleWithTarget<Sample>
    {
        copy_numbers(sample(i).target, to, i, "targets");
    }

private:
    const Sample& sample(int i) const { return std::ranges::begin(range_)[i]; }
    const R& range_;
};

/// With the adapter within.
template <SampleRange R> class RangeDatasetRef final : public AnyDataset {
public:
    explicit RangeDatasetRef(const R& range) : range_(range) {}
    int size() const override { return ref_.size(); }
    void input(int i, std::span<float> to) const override { ref_.input(i, to); }
    void input(int i, std::span<float> to, const Random& random) const override { ref_.input(i, to, random); }
    bool has_labels() const override { return ref_.has_labels(); }
    bool has_targets() const override { return ref_.has_targets(); }
    void labels(int i, std::span<int> to) const override { ref_.labels(i, to); }
    void targets(int i, std::span<float> to) const override { ref_.targets(i, to); }

private:
    RangeDataset<R> range_;
    DatasetRef<RangeDataset<R>> ref_{range_};
};

}  // namespace detail

/// How bytes of pictures become numbers, and what is done to them in training; other data sets know it themselves.
struct PictureOptions {
    Augmentation augmentation{};
    Normalise normalise{};
};

// A data set of any type, which must outlive what is returned.

template <Dataset D> std::unique_ptr<AnyDataset> any_dataset(const D& data, const PictureOptions& = {}) {
    return std::make_unique<detail::DatasetRef<D>>(data);
}
template <SampleRange R> std::unique_ptr<AnyDataset> any_dataset(const R& data, const PictureOptions& = {}) {
    return std::make_unique<detail::RangeDatasetRef<R>>(data);
}
/// Throws Error when there are not as many bytes as the pictures' shape says.
std::unique_ptr<AnyDataset> any_dataset(const Pictures& pictures, const PictureOptions& options = {});

/// What any_dataset() makes an AnyDataset of.
template <class D>
concept Trainable = std::same_as<D, Pictures> || Dataset<D> || SampleRange<D>;

}  // namespace tn
