// How a run trains, in the words of the command line, and as the trainer wants it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "examples/photos/data/sets.hpp"
#include "examples/photos/networks/known_network.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/train/train_options.hpp"

namespace photos {

/// The augmentation of a network from scratch.
inline constexpr const char* usual_augmentation = "strong";

struct RecipeOptions {
    int epochs = 0;               ///< 0: at least 40, and at least 1000 batches
    std::int64_t iterations = 0;  ///< batches instead of epochs; 0: none
    double rate = 1e-3, weight_decay = 1e-4, warm_up = 0.05;
    std::string schedule = "cosine", class_weights = "none";
    std::optional<std::string> augmentation;  ///< none: strong, or what suits pretrained weights
    int patience = 0;
    double mixup = 0, cutmix = 0, clip = 0;
    std::optional<double> label_smoothing, average;  ///< none: what suits the network
    bool mirror = false;
    int evaluate_limit = 0;
    bool operator==(const RecipeOptions&) const = default;
};

/// The trainer's options for these photographs, normalised as the network expects or as fits them. What is not chosen
/// is that of the network: one that begins from scratch on photographs in colour has label smoothing 0.1 and averaged
/// weights, 0.99. `sets` must outlive them.
tn::TrainOptions train_options(const RecipeOptions& recipe, const tn::Augmentation& augmentation, const Sets& sets,
                               const KnownNetwork& network, int batch, std::uint64_t seed);

}  // namespace photos
