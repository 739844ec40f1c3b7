// A trained model of the photos program, as the commands use it.
#pragma once

#include <string>

#include "network.hpp"
#include "runtime/io/checkpoint.hpp"

namespace photos {

/// Loads the model and counts its classes.
template <class M> CheckpointInfo load_model(const std::string& path, M& model) {
    CheckpointInfo info = load_checkpoint(path, model);
    model.active_outputs(static_cast<int>(info.classes.size()));
    return info;
}

}  // namespace photos
