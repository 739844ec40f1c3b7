// A running mean of a model's weights, which often predicts better than the last ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "runtime/train/kept_values.hpp"

namespace tn {

/// The exponential moving average of every parameter and state, as one step changes it:
/// average += (1 - d) (value - average), d = min(decay, (1 + steps) / (10 + steps)): the mean of the whole run at
/// first, of about the last 1 / (1 - decay) steps later. Averaging: Polyak and Juditsky, "Acceleration of stochastic
/// approximation by averaging" (1992); the growing d: tf.train.ExponentialMovingAverage. After swap() the model
/// predicts with the average, and what is trained on waits here, for a checkpoint as "training.NAME".
class WeightAverage : public KeptValues {
public:
    /// Begins with the model's values. Throws Error unless 0 < decay < 1.
    template <class M>
    WeightAverage(const M& model, float decay) : KeptValues(model, "training"), decay_(decay) {
        if (!(decay > 0 && decay < 1))
            throw Error("the decay of averaged weights must lie between 0 and 1, not be " + std::to_string(decay));
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

private:
    float decay_;
};

}  // namespace tn
