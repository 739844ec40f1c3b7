#include "examples/photos/run/fine_tuning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "runtime/data/data_digest.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/train/calibration.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/probabilities.hpp"
#include "runtime/train/run_is_over.hpp"
#include "runtime/train/trainer.hpp"

namespace photos {

namespace {

constexpr int fewest = 60, shown = 10000, batch = 32;
constexpr double good_enough = 0.97;
constexpr float smallest = 0.01f;

/// The root of the mean square, of the first values alone where the others do not count.
float size_of(std::span<const float> values) {
    double squares = 0;
    for (const float v : values) squares += static_cast<double>(v) * v;
    return static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())));
}

/// A step changes each tensor by a like part of what it is, since folded filters are of very different sizes (Shazeer
/// and Stern, "Adafactor", 2018, section 8).
void relative_rates(TrainingModel& model, int features) {
    std::map<std::string, float> sizes;
    const auto tensors = model.tensors();
    for (const auto& t : tensors) {
        const bool head = t.name == tensors[tensors.size() - 2].name || t.name == tensors.back().name;
        const std::size_t rows =
            head ? model.active_outputs() * (t.parameter.rank > 1 ? features : 1) : t.values.size();
        sizes[t.name] = std::max(smallest, size_of(t.values.first(rows)));
    }
    model.tensor_factors([&](const std::string& name, TensorFactors& of) { of.rate = sizes.at(name); });
}

TrainOptions recipe_of(const TrainingModel& model, const Pictures& training, const Pictures& held,
                       const Normalise& normalise, const FineTuningOptions& options) {
    TrainOptions o;
    o.batch = std::min(batch, model.batch());
    o.epochs = options.epochs;
    o.warm_up = 0.1f;
    o.label_smoothing = static_cast<float>(*options.recipe.label_smoothing);
    o.mixup = static_cast<float>(options.recipe.mixup);
    o.cutmix = static_cast<float>(options.recipe.cutmix);
    o.average = static_cast<float>(*options.recipe.average);
    o.classes = training.classes;
    o.loader.augmentation = parse_augmentation(*options.recipe.augmentation);
    o.loader.normalise = normalise;
    o.loader.seed = options.seed;
    o.stop = options.stop;
    o.after_step = options.step;
    o.save_to = options.checkpoint;
    if (options.resume) o.resume_from = options.checkpoint;
    o.data_digest = digest_of({&training, &held});
    return o;
}

}  // namespace

FineTuningPlan plan_fine_tuning(const Pictures& training, const HeadTraining& head) {
    const int count = training.size();
    const DecayTrial* best = best_trial(head);
    if (count < fewest || !best) return {0, fmt::format("{} photographs are too few to train all layers on", count)};
    const double accuracy = best->accuracy;
    const std::string found =
        fmt::format("the last layer alone is right on {:.1f} % of photographs held out", 100 * accuracy);
    if (accuracy >= good_enough) return {0, found + ", which leaves little to gain by training all layers"};
    return {std::clamp(shown / count, 2, 10), found};
}

RecipeOptions recipe_of_all_layers(RecipeOptions asked) {
    asked.augmentation = asked.augmentation.value_or("light");
    asked.label_smoothing = asked.label_smoothing.value_or(0.1);
    asked.average = asked.average.value_or(0);
    return asked;
}

FineTuning fine_tune(const NetworkModels& models, InferenceModel& model, TrainingModel& tuned, const Pictures& training,
                     const HeadTraining& head, const Normalise& normalise, const FineTuningOptions& options,
                     Progress& progress) {
    const auto begin = std::chrono::steady_clock::now();
    const Split split = stratified_split(training, TestFraction{0.1}, options.seed + 1);
    const Pictures learnt = subset(training, split.train), held = subset(training, split.test);
    FineTuning result;
    result.held_out = held.size();

    const LinearHead alone = fit_linear_head(subset(head.features, split.train), head.decay);
    const HeadFit before = fit_of(alone, subset(head.features, split.test));
    result.head_loss = before.loss;
    result.head_accuracy = before.accuracy;

    tuned.active_outputs(model.active_outputs());
    models.begin_tuning(model, tuned);
    set_head(tuned, alone);
    relative_rates(tuned, head.features.width);
    const auto measure = [&](const Pictures& on) { return evaluate(tuned, on, normalise, tuned.batch()); };
    const auto tell = [&](EpochResult epoch) {
        const EpochResult now = measure(held);
        epoch.held_loss = result.loss = now.test_loss;
        epoch.held_accuracy = result.accuracy = now.test_accuracy;
        if (options.epoch) options.epoch(epoch);
    };

    try {
        const auto epochs = train(tuned, Adam{.rate = static_cast<float>(options.recipe.rate)}, learnt, Pictures{},
                                  recipe_of(tuned, learnt, held, normalise, options), progress, tell);
        result.stopped = epochs.empty() || !epochs.back().last;
    } catch (const RunIsOver&) {  // it was ended between its last step and what follows here
        load_checkpoint(options.checkpoint, tuned);
        const EpochResult known = measure(learnt);
        EpochResult last;
        last.epoch = options.epochs;
        last.iteration = static_cast<std::int64_t>(tuned.step());
        last.train_loss = known.test_loss;
        last.train_accuracy = known.test_accuracy;
        last.last = true;
        tell(last);
        result.stopped = false;
    }
    if (!result.stopped && result.better()) {
        result.temperature = fit_temperature(probabilities(tuned, held, normalise, tuned.batch()), held.labels,
                                             static_cast<int>(held.classes.size()));
        models.end_tuning(tuned, model);
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

}  // namespace photos
