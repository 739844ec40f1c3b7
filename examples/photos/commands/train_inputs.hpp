// What a run of photos train needs, read and checked before it writes anything.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "examples/photos/commands/train_options.hpp"
#include "examples/photos/networks/networks.hpp"
#include "examples/photos/run/choose_network.hpp"
#include "runtime/core/process_group.hpp"

namespace photos {

/// Reading it writes nothing; it throws tn::Error for what is not in order.
struct TrainInputs {
    /// `group`: the processes that share every batch; null: this one is alone.
    TrainInputs(const TrainArguments& a, ProcessGroup* group);
    TrainInputs(const TrainInputs&) = delete;
    TrainInputs& operator=(const TrainInputs&) = delete;

    std::filesystem::path model_file;
    Augmentation augmentation;
    std::unique_ptr<Networks> networks;
    ChosenNetwork chosen;
    std::unique_ptr<NetworkModels> models;
    ChosenBatch batch;
    BuiltBatch built;  ///< what the model was compiled for, and the bytes that it takes
    Summary network;
    Fit fit;  ///< how `sets` were brought to size
    Sets sets;
    std::optional<Sets>
        stretched{};  ///< the same whole, where the first stage is to find out which of both does better
    TrainOptions options;
    std::unique_ptr<TrainingModel> model;          ///< null where training goes by train_pretrained()
    std::unique_ptr<InferenceModel> pretrained{};  ///< and the other way round
};

/// Prints what will be trained on what.
void print_inputs(const TrainInputs& in, const ProcessGroup* group);

}  // namespace photos
