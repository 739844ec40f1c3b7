// What photos train can be told.
#pragma once

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

/// Trains, alone or as one of several processes; the program's exit status.
int train(const TrainArguments& arguments);

}  // namespace photos
