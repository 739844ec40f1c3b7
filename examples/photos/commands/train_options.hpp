// What photos train can be told.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "examples/photos/data/sets.hpp"
#include "examples/photos/networks/machine.hpp"
#include "examples/photos/run/recipe.hpp"

namespace photos {

struct TrainArguments {
    SetOptions sets;
    RecipeOptions recipe;
    Machine machine;
    std::string batch = "64", weights;
    bool resume = false, live = false;
};

/// Adds the options, grouped by what they are about.
void add_train_options(CLI::App& line, TrainArguments& arguments);

}  // namespace photos
