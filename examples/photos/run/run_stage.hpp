// How far a run on pretrained weights has come, as its model file keeps it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace photos {

enum class Stage { last_layer, ended };

struct RunStage {
    Stage stage = Stage::last_layer;
    std::filesystem::path weights;  ///< the name of the file that the run began with
};

/// Adds it to what a model file says of itself.
void add_stage(const RunStage& run, std::map<std::string, std::string>& metadata);

/// What a model file says; none where its run did not go in stages. Throws tn::Error that names the file when it is not
/// as add_stage() writes it.
std::optional<RunStage> stage_of(const std::map<std::string, std::string>& metadata, const std::string& path);

}  // namespace photos
