// What a finished run leaves beside its model: pictures and the report.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "dsl/net/memory_curve.hpp"
#include "dsl/net/summary.hpp"
#include "examples/photos/data/sets.hpp"
#include "examples/photos/run/recipe.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/arena_map.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/report/prediction_grid.hpp"
#include "runtime/train/confusion.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/train_options.hpp"

namespace photos {

/// What a run was and what its final model says about the photographs to test on.
struct Results {
    const std::string& folder;  ///< what was trained on; empty: drawn characters
    const Sets& sets;
    std::vector<std::pair<std::string, std::string>> recipe;  ///< how it was trained: name and value
    std::vector<tn::Panel> panels;                            ///< the curves of the training
    std::string x_title;
    tn::EpochResult final;
    tn::Confusion confusion;
    std::vector<tn::Prediction> predictions;
    std::string network_name;
    tn::Summary network;
    std::size_t bytes;  ///< that the model took
    tn::Picture augmented;
    std::string machine;
    double train_accuracy = 0;
    bool pretrained = false;  ///< it began with weights of others
    tn::Explain explain{};    ///< where the network saw what it answered; empty: that cannot be had
    tn::ArenaMap arena{};     ///< of the model that was trained; empty where that was its last layer alone
    std::vector<tn::MemoryPoint> memory_curve{};  ///< of the network
    std::string memory_curve_of{};                ///< in which batches, where
};

/// How a run of these epochs was trained, for Results::recipe.
std::vector<std::pair<std::string, std::string>> recipe_facts(const RecipeOptions& recipe,
                                                              const tn::TrainOptions& options, const Sets& sets,
                                                              const std::vector<tn::EpochResult>& epochs);

/// Writes confusion.png and predictions.png into the folder: what a model says about the photographs to test on, and
/// beside wrong answers what explains them.
void write_test_pictures(const tn::Pictures& test, const std::vector<std::string>& classes,
                         const tn::Confusion& confusion, const std::vector<tn::Prediction>& predictions,
                         const tn::Explain& explain, const std::filesystem::path& folder);

/// Writes curves, confusion matrix, predictions and report into the folder, and prints what is there.
void write_results(const Results& results, const std::filesystem::path& folder);

}  // namespace photos
