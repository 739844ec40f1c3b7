// The second stage of training on pretrained weights: all layers, behind a last one that has been trained alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "examples/photos/networks/known_network.hpp"
#include "examples/photos/run/head_training.hpp"
#include "examples/photos/run/recipe.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/split.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/progress.hpp"

namespace photos {

/// Whether there is a second stage.
struct FineTuningPlan {
    int epochs = 0;   ///< 0: there is none
    std::string why;  ///< there is one, or none, for people
};

/// Decides by what the last layer alone makes of photographs that it was not trained on (HeadTraining::trials), and by
/// how many there are: about 10,000 are shown in all, each at most 10 times and at least twice.
FineTuningPlan plan_fine_tuning(const Pictures& training, const HeadTraining& head);

/// The recipe of that stage, with what suits it where nothing is asked for.
RecipeOptions recipe_of_all_layers(RecipeOptions asked);

/// What the stage is told of and asked.
struct FineTuningOptions {
    int epochs = 1;
    RecipeOptions recipe = recipe_of_all_layers({});  ///< whose rate is Adam's, as a part of what each tensor is
    std::uint64_t seed = 1;
    std::filesystem::path checkpoint{};  ///< where the stage is kept after every epoch and when it is told to stop
    bool resume = false;                 ///< go on with that one
    std::function<bool()> stop{};        ///< TrainOptions'
    std::function<void(const ProgressState&)> step{};  ///< told of every step
    std::function<void(const EpochResult&)> epoch{};   ///< and every epoch, with what is held out
};

/// What the stage gave, on the photographs that it held out.
struct FineTuning {
    bool stopped = true;
    int held_out = 0;
    double head_loss = 0, head_accuracy = 0;  ///< of the last layer alone, trained on the others
    double loss = 0, accuracy = 0;            ///< of all layers
    float temperature = 1;                    ///< of all layers (fit_temperature)
    double seconds = 0;
    bool better() const { return accuracy > head_accuracy || (accuracy == head_accuracy && loss < head_loss); }
};

/// Trains all layers of `tuned`, a tuning_model() of `models`, which begins as `model` with a last layer for nine
/// tenths of the photographs; the rest is held out and says which of both is better. `model` becomes that one. A stage
/// that is resumed ends in the same bits. Throws tn::Error where its checkpoint is of another run.
FineTuning fine_tune(const NetworkModels& models, InferenceModel& model, TrainingModel& tuned, const Pictures& training,
                     const HeadTraining& head, const Normalise& normalise, const FineTuningOptions& options,
                     Progress& progress);

}  // namespace photos
