// A running mean of a model's weights, which often predicts better than the last ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/model/weight_snapshot.hpp"
#include "runtime/train/ema.hpp"

namespace tn {

/// The average of every parameter and state, which follows them by EmaRule: step by step with add(), or on the
/// model's device between upload() and download(). After swap() the model predicts with the average, and what is
/// trained on waits here, for a checkpoint as "training.NAME".
class WeightAverage : public WeightSnapshot {
public:
    /// Begins with the model's values. Throws Error unless 0 < decay < 1.
    template <class M> WeightAverage(const M& model, float decay) : WeightSnapshot(model, "training"), decay_(decay) {
        if (!(decay > 0 && decay < 1))
            throw Error("the decay of averaged weights must lie between 0 and 1, not be " + std::to_string(decay));
    }

    /// Takes in the model's values after its step number `steps`, counted from 1.
    template <class M> void add(const M& model, std::uint64_t steps) {
        const EmaRule rule(decay_, steps);
        auto average = values_.begin();
        for (const auto& t : model.tensors()) {
            for (std::size_t i = 0; i < t.values.size(); ++i) rule((*average)[i], static_cast<float>(t.values[i]));
            ++average;
        }
    }

    /// Lets a model whose device keeps an average (AnyModel::average) go on with this one, and takes it back.
    template <class M> void upload(M& model) const {
        auto kept = values_.begin();
        for (const auto& t : model.tensors()) std::ranges::copy(*kept++, model.average(t).begin());
    }
    template <class M> void download(M& model) {
        auto kept = values_.begin();
        for (const auto& t : model.tensors()) std::ranges::copy(model.average(t), (kept++)->begin());
    }

private:
    float decay_;
};

}  // namespace tn
