// A running mean of a model's weights, which often predicts better than the last ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/io/safetensors.hpp"

namespace tn {

/// The exponential moving average of every parameter and state, as one step changes it:
/// average += (1 - d) (value - average), d = min(decay, (1 + steps) / (10 + steps)): the mean of the whole run at
/// first, of about the last 1 / (1 - decay) steps later. Averaging: Polyak and Juditsky, "Acceleration of stochastic
/// approximation by averaging" (1992); the growing d: tf.train.ExponentialMovingAverage. Allocates at construction
/// only.
class WeightAverage {
public:
    /// Begins with the model's values. Throws Error unless 0 < decay < 1.
    template <class M>
    WeightAverage(const M& model, float decay) : decay_(decay) {
        if (!(decay > 0 && decay < 1))
            throw Error("the decay of averaged weights must lie between 0 and 1, not be " + std::to_string(decay));
        for (const auto& t : model.tensors()) values_.emplace_back(t.values.begin(), t.values.end());
    }

    /// Takes in the model's values after its step number `steps`, counted from 1.
    template <class M>
    void add(const M& model, std::uint64_t steps) {
        const double counted = static_cast<double>(steps);
        const auto part = static_cast<float>(1 - std::min(double{decay_}, (1 + counted) / (10 + counted)));
        auto average = values_.begin();
        for (const auto& t : model.tensors()) {
            for (std::size_t i = 0; i < t.values.size(); ++i)
                (*average)[i] += part * (static_cast<float>(t.values[i]) - (*average)[i]);
            ++average;
        }
    }

    /// Exchanges the average with the model's values: the model then predicts with the average, and what is trained on
    /// waits here for the next call.
    template <class M>
    void swap(M& model) {
        auto average = values_.begin();
        for (const auto& t : model.tensors()) std::swap_ranges(t.values.begin(), t.values.end(), (average++)->begin());
    }

    /// What is held here, as tensors "training.NAME" of a checkpoint of the model.
    template <class M>
    std::vector<TensorView> views(const M& model) const {
        std::vector<TensorView> all;
        for (const auto& t : model.tensors())
            all.push_back({"training." + t.name, {static_cast<std::int64_t>(t.values.size())}, values_[all.size()]});
        return all;
    }

    /// Takes what views() saved, after which swap() gives the model the values that it is trained on. Throws Error
    /// naming the file when a tensor is missing or of another size; nothing is changed then.
    template <class M>
    void restore(const M& model, const Safetensors& file, const std::string& path) {
        std::vector<std::vector<float>> read;
        for (const auto& t : model.tensors()) {
            const auto* entry = file.find("training." + t.name);
            if (!entry || entry->data.size() != t.values.size())
                throw Error(path + ": is of a run that did not average its weights");
            read.emplace_back(entry->data.begin(), entry->data.end());
        }
        values_ = std::move(read);
    }

private:
    float decay_;
    std::vector<std::vector<float>> values_;
};

}  // namespace tn
