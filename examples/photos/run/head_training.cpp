#include "examples/photos/run/head_training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "runtime/train/features.hpp"

namespace photos {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Writes the head into the last layer, whose further outputs do not count.
void set_head(InferenceModel& model, const LinearHead& head) {
    const auto tensors = model.tensors();
    std::ranges::copy(head.weight, tensors[tensors.size() - 2].values.begin());
    std::ranges::copy(head.bias, tensors[tensors.size() - 1].values.begin());
}

}  // namespace

float choose_decay(const Features& features, int folds, std::uint64_t seed, std::vector<DecayTrial>& trials) {
    constexpr float of_few = 0.1f;
    if (features.samples() < 2 * folds) return of_few;
    trials = try_decays(features, folds, seed);
    return std::ranges::min_element(trials, {}, &DecayTrial::loss)->decay;
}

HeadTraining train_head(InferenceModel& model, const Pictures& training, const Normalise& normalise,
                        const HeadOptions& options) {
    HeadTraining result;
    const auto begin = Clock::now();
    const Features features = features_of(model, training, normalise, false, options.after);
    result.feature_seconds = seconds_since(begin);
    const auto head_begin = Clock::now();
    result.decay = choose_decay(features, options.folds, options.seed, result.trials);
    const LinearHead head = fit_linear_head(features, result.decay);
    const std::vector<float> p = head.probabilities(features);
    for (Index i = 0; i < features.samples(); ++i) {
        const float* row = p.data() + i * features.classes;
        const int label = features.labels[i];
        result.train_loss -= static_cast<double>(std::log(std::max(row[label], 1e-30f))) / features.samples();
        result.train_accuracy +=
            (std::max_element(row, row + features.classes) - row == label) / static_cast<double>(features.samples());
    }
    set_head(model, head);
    result.head_seconds = seconds_since(head_begin);
    return result;
}

}  // namespace photos
