#include "examples/photos/run/head_training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "runtime/train/calibration.hpp"
#include "runtime/train/features.hpp"

namespace photos {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

float choose_decay(const Features& features, int folds, std::uint64_t seed, std::vector<DecayTrial>& trials) {
    constexpr float of_few = 0.1f;
    if (features.samples() < 2 * folds) return of_few;
    trials = try_decays(features, folds, seed);
    return std::ranges::min_element(trials, {}, &DecayTrial::loss)->decay;
}

const DecayTrial* best_trial(const HeadTraining& training) {
    return training.trials.empty() ? nullptr : &*std::ranges::min_element(training.trials, {}, &DecayTrial::loss);
}

HeadFit fit_of(const LinearHead& head, const Features& features) {
    const std::vector<float> p = head.probabilities(features);
    HeadFit fit;
    for (Index i = 0; i < features.samples(); ++i) {
        const float* row = p.data() + i * features.classes;
        const int label = features.labels[i];
        fit.loss -= static_cast<double>(std::log(std::max(row[label], 1e-30f))) / features.samples();
        fit.accuracy +=
            (std::max_element(row, row + features.classes) - row == label) / static_cast<double>(features.samples());
    }
    return fit;
}

float head_temperature(const HeadTraining& head, const HeadOptions& options) {
    if (head.trials.empty()) return 1;
    const Features& f = head.features;
    return fit_temperature(out_of_fold(f, head.decay, options.folds, options.seed), f.labels, f.classes);
}

HeadTraining train_head(InferenceModel& model, const Pictures& training, const Normalise& normalise,
                        const HeadOptions& options) {
    HeadTraining result;
    const auto begin = Clock::now();
    result.features = features_of(model, training, normalise, false, options.after);
    const Features& features = result.features;
    result.feature_seconds = seconds_since(begin);
    const auto head_begin = Clock::now();
    result.decay = choose_decay(features, options.folds, options.seed, result.trials);
    result.head = fit_linear_head(features, result.decay);
    const HeadFit fit = fit_of(result.head, features);
    result.train_loss = fit.loss;
    result.train_accuracy = fit.accuracy;
    result.head_seconds = seconds_since(head_begin);
    return result;
}

}  // namespace photos
