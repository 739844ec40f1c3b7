#include "examples/photos/run/recipe.hpp"

#include <algorithm>

#include "runtime/data/class_weights.hpp"
#include "runtime/data/data_digest.hpp"

namespace photos {

using namespace tn;

namespace {

/// Few photographs make few batches per epoch: 40 epochs, or as many as make 1000 batches.
int enough_epochs(int photographs, int batch) {
    const int batches = (photographs + batch - 1) / batch;
    return std::max(40, (1000 + batches - 1) / batches);
}

}  // namespace

TrainOptions train_options(const RecipeOptions& recipe, const Augmentation& augmentation, const Sets& sets,
                           const KnownNetwork& network, int batch, std::uint64_t seed) {
    TrainOptions o;
    o.batch = batch;
    o.epochs = recipe.epochs > 0 ? recipe.epochs : enough_epochs(sets.training.size(), batch);
    o.iterations = recipe.iterations;
    o.schedule = parse_schedule(recipe.schedule);
    o.warm_up = static_cast<float>(recipe.warm_up);
    const bool has_colours_to_learn = network.shape.channels == 3 && network.tensor_names.empty();
    o.label_smoothing = static_cast<float>(recipe.label_smoothing.value_or(has_colours_to_learn ? 0.1 : 0));
    o.mixup = static_cast<float>(recipe.mixup);
    o.cutmix = static_cast<float>(recipe.cutmix);
    o.average = static_cast<float>(recipe.average.value_or(has_colours_to_learn ? 0.99 : 0));
    o.clip = static_cast<float>(recipe.clip);
    o.classes = sets.training.classes;
    if (recipe.class_weights == "balanced")
        o.class_weights = balanced_class_weights(sets.training.labels, static_cast<int>(o.classes.size()));
    o.patience = recipe.patience;
    o.held_out = &sets.held_out;
    o.data_digest = digest_of({&sets.training, &sets.held_out, &sets.test});
    o.mirror = recipe.mirror;
    o.evaluate_limit = recipe.evaluate_limit;
    o.evaluate_seconds = 2;
    o.loader.augmentation = augmentation;
    o.loader.normalise = network.normalise ? *network.normalise : fit_normalise(sets.training);
    o.loader.seed = seed;
    return o;
}

}  // namespace photos
