// Gradients of several small batches before one update, as if they had been one batch.
#pragma once

#include <memory>
#include <span>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/batch_result.hpp"

namespace tn {

/// sum += weight values, or with `first` sum = weight values; for Device::for_ranges.
template <class T> struct AddWeighted {
    T* sum;
    const T* values;
    T weight;
    bool first;
    constexpr void operator()(int begin, int end) const {
        for (int i = begin; i < end; ++i) sum[i] = (first ? T(0) : sum[i]) + weight * values[i];
    }
};

/// A step on more samples than a batch of the model holds. (What holds a whole batch and takes it in parts is a network
/// Within a budget.) One more copy of the gradients is allocated at construction.
/// Running statistics move with every small batch, by its own mean and variance, as in PyTorch. The model must outlive
/// this and not be moved.
///
///     GradientAccumulator accumulator(model);
///     for (...) { model.set_input(...); model.set_labels(...); accumulator.add(n); }
///     accumulator.update(Adam{});
template <class M> class GradientAccumulator {
    using T = typename M::value;
    using Device = typename M::device_type;

public:
    explicit GradientAccumulator(M& model) : model_(model), sum_(allocate(model.device()), Release{&model.device()}) {}

    /// Model::gradients(n), whose gradients are added to those that wait for update(). Throws what that throws; what
    /// was added before stays.
    BatchResult add(int n) {
        const BatchResult result = model_.gradients(n);
        const auto own = gradients();
        model_.device().for_ranges(static_cast<int>(own.size()),
                                   AddWeighted<T>{sum_.get(), own.data(), static_cast<T>(result.n), whole_.n == 0});
        whole_.loss += result.loss;
        whole_.correct += result.correct;
        whole_.n += result.n;
        return result;
    }

    /// One step of the optimizer with the mean of the gradients over all samples that were added, and begins anew.
    /// Gives the sums over them; the norm of the gradients is the mean's, before it is limited. Throws Error when
    /// nothing was added, and what Model::update() throws.
    template <class Optimizer> BatchResult update(const Optimizer& optimizer) {
        if (whole_.n == 0) throw Error("there must be gradients to update with: add() comes first");
        model_.memory().upload();
        const auto own = gradients();
        model_.device().for_ranges(static_cast<int>(own.size()),
                                   AddWeighted<T>{own.data(), sum_.get(), T(1) / static_cast<T>(whole_.n), true});
        BatchResult all = whole_;
        whole_ = {};
        model_.update(optimizer);
        all.gradient_norm = model_.engine().norm().value();
        return all;
    }

private:
    static constexpr std::size_t count = M::network::parameter_span;
    struct Release {
        Device* device;
        void operator()(T* p) const { device->release(p); }
    };
    static T* allocate(Device& device) { return static_cast<T*>(device.allocate(count * sizeof(T))); }

    /// All of the model's gradients, on its device.
    std::span<T> gradients() const { return {model_.memory().device_pointers().parameters.data() + count, count}; }

    M& model_;
    std::unique_ptr<T, Release> sum_;
    BatchResult whole_;
};

}  // namespace tn
