// What photos train can be told.
#pragma once

#include <string>

#include "examples/photos/data/sets.hpp"
#include "examples/photos/networks/machine.hpp"
#include "examples/photos/run/choose_network.hpp"
#include "examples/photos/run/recipe.hpp"

namespace photos {

struct TrainArguments {
    SetOptions sets;
    RecipeOptions recipe;
    Machine machine;
    NetworkOptions network;
    std::string batch, weights;  ///< empty: what suits the network; none
    std::string fit = "auto";    ///< how photographs are brought to size; auto: as suits the network and them
    std::size_t memory = 0;      ///< the most bytes that training may take; 0: what is free
    bool all_layers = false;     ///< from pretrained weights by the usual recipe, without a stage for the last one
    bool head_only = false;      ///< of pretrained weights only the last layer
    bool resume = false, live = false;
};

/// Trains, alone or as one of several processes; the program's exit status.
int train(const TrainArguments& arguments);

}  // namespace photos
