// A trained model of the photos program, as the commands use it.
#pragma once

#include <string>

#include "examples/photos/networks/network.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/checkpoint.hpp"

namespace photos {

/// Loads the model and has it use as many outputs as it has classes.
template <class M> CheckpointInfo load_model(const std::string& path, M& model) {
    CheckpointInfo info = load_checkpoint(path, model);
    model.active_outputs(static_cast<int>(info.classes.size()));
    return info;
}

/// Under which the model keeps the colour behind what was transparent in the photographs that it has learnt from.
inline constexpr const char* ground_key = "ground";

/// That colour; white for a model that does not say.
inline Ground ground_of(const CheckpointInfo& info) {
    const auto found = info.more.find(ground_key);
    return found == info.more.end() ? Ground{} : parse_ground(found->second);
}

/// A data set of this one picture, in the size that the network takes.
inline Pictures set_of(const Picture& picture) {
    Pictures one;
    one.shape = picture_shape;
    one.pixels = resize(picture, picture_shape).pixels;
    one.labels = {0};
    return one;
}

}  // namespace photos
