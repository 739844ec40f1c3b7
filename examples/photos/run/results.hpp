// What a finished run leaves beside its model: pictures and the report.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dsl/net/summary.hpp"
#include "examples/photos/data/sets.hpp"
#include "examples/photos/run/recipe.hpp"
#include "runtime/report/prediction_grid.hpp"
#include "runtime/train/confusion.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/train_options.hpp"

namespace photos {

/// What a run was and what its final model says about the photographs to test on.
struct Results {
    const std::string& folder;  ///< what was trained on; empty: drawn characters
    const RecipeOptions& recipe;
    const tn::TrainOptions& options;
    const Sets& sets;
    const std::vector<tn::EpochResult>& epochs;
    tn::EpochResult final;
    tn::Confusion confusion;
    std::vector<tn::Prediction> predictions;
    tn::Summary network;
    std::size_t train_bytes;
    std::string machine;
};

/// Writes confusion.png and predictions.png into the folder: what a model says about the photographs to test on.
void write_test_pictures(const tn::Pictures& test, const std::vector<std::string>& classes,
                         const tn::Confusion& confusion, const std::vector<tn::Prediction>& predictions,
                         const std::filesystem::path& folder);

/// Writes curves, confusion matrix, predictions and report into the folder, and prints what is there.
void write_results(const Results& results, const std::filesystem::path& folder);

}  // namespace photos
