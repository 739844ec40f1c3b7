// What models say about pictures that they were not trained on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/any_dataset.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/dataset_views.hpp"
#include "runtime/data/label_errors.hpp"
#include "runtime/data/split.hpp"
#include "runtime/train/predicted_set.hpp"
#include "runtime/train/probabilities.hpp"
#include "runtime/train/sample_sizes.hpp"
#include "runtime/train/trainer.hpp"

namespace tn {

namespace detail {

/// Puts what was said to the samples `indices` of `size` in their places, values times 1 / repeats.
void add_fold(PredictedSet& whole, const PredictedSet& held, const std::vector<int>& indices, int size, int repeats);

/// The fold of every sample: of each class as many in each as can be, where there is one label.
template <class M> std::vector<int> folds_of(const AnyDataset& data, M& model, int folds, std::uint64_t seed) {
    std::vector<int> labels(data.size());
    int classes = 1;
    if (sample_sizes(model).labels == 1) {
        check_samples(model, data, 1, "the samples of the folds");
        classes = model.active_outputs();
        for (int i = 0; i < data.size(); ++i) data.labels(i, {&labels[i], 1});
    }
    return stratified_folds(labels, classes, folds, seed);
}

}  // namespace detail

/// How the probabilities are gained.
struct FoldOptions {
    int folds = 5;
    int repeats = 1;  ///< the whole again with other folds and weights, averaged
    std::uint64_t seed = 1;
    TrainOptions train{};  ///< of each model; the loader's normalisation is fitted to what it is trained on
};

/// Mean probabilities [pictures][classes] of models, which `make_model(seed)` makes (a pointer to one): each picture's
/// come from the `repeats` models whose training did not see it, each of the picture and of its mirror image if the
/// augmentation mirrors too. `before_model` is told which model of how many begins. Throws Error as stratified_folds
/// and train do.
template <class MakeModel, class Optimizer>
std::vector<float> out_of_fold(const MakeModel& make_model, const Optimizer& optimizer, const Pictures& pictures,
                               const FoldOptions& options, Progress& progress,
                               const std::function<void(int, int)>& before_model = {}) {
    if (options.repeats < 1)
        throw Error("the folds are gone through at least once, not " + std::to_string(options.repeats) + " times");
    const int classes = static_cast<int>(pictures.classes.size());
    const bool mirror = options.train.loader.augmentation.flip.probability > 0;
    std::vector<float> mean(pictures.labels.size() * classes);
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        const std::uint64_t seed = options.seed + repeat;
        const std::vector<int> fold = stratified_folds(pictures.labels, classes, options.folds, seed);
        for (int f = 0; f < options.folds; ++f) {
            if (before_model) before_model(repeat * options.folds + f, options.repeats * options.folds);
            std::vector<int> inside, outside;
            for (int k = 0; k < pictures.size(); ++k) (fold[k] == f ? outside : inside).push_back(k);
            const Pictures training = subset(pictures, inside), held = subset(pictures, outside);
            TrainOptions o = options.train;
            o.loader.normalise = fit_normalise(training);
            o.loader.seed = seed;
            const auto made = make_model(seed);
            auto& model = *made;
            model.active_outputs(classes);
            Pictures none;
            none.shape = pictures.shape;
            train(model, optimizer, training, none, o, progress);
            const std::vector<float> p = probabilities(model, held, o.loader.normalise, o.batch, mirror);
            for (Index i = 0; i < std::ssize(outside); ++i)
                for (int j = 0; j < classes; ++j)
                    mean[Index{outside[i]} * classes + j] += p[i * classes + j] / static_cast<float>(options.repeats);
        }
    }
    return mean;
}

/// The same of samples of any kind: what models that did not see a sample say to it, in the order of the data, with
/// what they should say; of it the metrics of metrics.hpp. Where a sample has one label, folds have as much of each
/// class as can be. What changes samples by chance (Augmented) does so in training alone.
template <class MakeModel, class Optimizer, Trainable D>
    requires(!std::is_same_v<D, Pictures>)
PredictedSet out_of_fold(const MakeModel& make_model, const Optimizer& optimizer, const D& data,
                         const FoldOptions& options, Progress& progress,
                         const std::function<void(int, int)>& before_model = {}) {
    if (options.repeats < 1)
        throw Error("the folds are gone through at least once, not " + std::to_string(options.repeats) + " times");
    const std::unique_ptr<AnyDataset> samples = any_dataset(data);
    PredictedSet whole;
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        const std::uint64_t seed = options.seed + repeat;
        std::vector<int> fold;
        for (int f = 0; f < options.folds || fold.empty(); ++f) {  // at least once, which tells a wrong number
            if (before_model) before_model(repeat * options.folds + f, options.repeats * options.folds);
            const auto made = make_model(seed);
            auto& model = *made;
            if (fold.empty()) fold = detail::folds_of(*samples, model, options.folds, seed);
            std::vector<int> inside, outside;
            for (int k = 0; k < samples->size(); ++k) (fold[k] == f ? outside : inside).push_back(k);
            TrainOptions o = options.train;
            o.loader.seed = seed;
            train(model, optimizer, Subset<AnyDataset>(*samples, inside), Subset<AnyDataset>(*samples, {}), o,
                  progress);
            const PredictedSet held = predict_set(model, Subset<AnyDataset>(*samples, outside));
            detail::add_fold(whole, held, outside, samples->size(), options.repeats);
        }
    }
    return whole;
}

}  // namespace tn
