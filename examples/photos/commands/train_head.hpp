// photos train, where only the last layer of a pretrained network is trained.
#pragma once

#include "examples/photos/commands/train_inputs.hpp"

namespace photos {

/// Trains, saves the model, tests and reports; the program's exit status.
int train_head_only(TrainInputs& in, const TrainArguments& a);

}  // namespace photos
