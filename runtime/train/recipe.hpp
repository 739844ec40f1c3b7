// How a run trains, in words: what a checkpoint keeps, so that nothing else is gone on with.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tn {

struct TrainOptions;

/// What must be the same from a run's first step to its last, by name, in the order in which people look at it.
using Recipe = std::vector<std::pair<std::string, std::string>>;

/// `samples` are trained on, and called `noun`.
Recipe recipe_of(const TrainOptions& options, const char* optimizer, float rate, float weight_decay, int samples,
                 const char* noun = "photographs");

/// Adds the recipe to a checkpoint's metadata.
void add_recipe(const Recipe& recipe, std::map<std::string, std::string>& metadata);

/// Throws Error "path: is of a run with batch 64, not 32" when the metadata has another recipe.
void check_recipe(const Recipe& recipe, const std::map<std::string, std::string>& metadata, const std::string& path);

}  // namespace tn
