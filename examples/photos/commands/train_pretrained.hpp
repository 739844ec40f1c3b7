// photos train on pretrained weights: the last layer, and then all of them where that helps.
#pragma once

#include "examples/photos/commands/train_inputs.hpp"

namespace photos {

/// Trains, saves the model, tests and reports; the program's exit status.
int train_pretrained(TrainInputs& in, const TrainArguments& a);

}  // namespace photos
