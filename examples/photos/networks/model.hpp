// A trained model of the photos program, as the commands use it.
#pragma once

#include <memory>
#include <string>

#include "examples/photos/networks/networks.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/checkpoint.hpp"

namespace photos {

struct TrainedModel {
    const KnownNetwork& network;
    Fit fit;  ///< how photographs were brought to size in training
    std::unique_ptr<NetworkModels> models;
    std::unique_ptr<InferenceModel> model;  ///< uses as many outputs as it has classes
    CheckpointInfo info;
    bool int8 = false;  ///< then the model only predicts
};

/// Opens a model file, which says itself what its network is, and whether it is in int8. Throws tn::Error naming the
/// file, also where it is in int8 and the networks are not those of the CPU.
TrainedModel open_model(const std::string& path, Networks& networks);

/// Device and precision in one line.
std::string describe(const TrainedModel& trained, const Networks& networks);

/// Under which the model keeps the colour behind what was transparent in the photographs that it has learnt from.
inline constexpr const char* ground_key = "ground";

/// That colour; white for a model that does not say.
inline Ground ground_of(const CheckpointInfo& info) {
    const auto found = info.more.find(ground_key);
    return found == info.more.end() ? Ground{} : parse_ground(found->second);
}

/// Under which the model keeps how photographs were brought to size.
inline constexpr const char* fit_key = "fit";

/// That; the network's own for a model that does not say.
Fit fit_of(const CheckpointInfo& info, const KnownNetwork& network);

/// A data set of this one picture, in the size that the network takes.
Pictures set_of(const Picture& picture, const TrainedModel& trained);

}  // namespace photos
