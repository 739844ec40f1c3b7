#include "examples/photos/run/run_stage.hpp"

#include "runtime/core/error.hpp"

namespace photos {

namespace {

constexpr const char *stage_key = "stage", *weights_key = "pretrained weights";
constexpr const char *last_layer = "last layer", *ended = "ended";

}  // namespace

void add_stage(const RunStage& run, std::map<std::string, std::string>& metadata) {
    metadata[stage_key] = run.stage == Stage::ended ? ended : last_layer;
    metadata[weights_key] = run.weights.string();
}

std::optional<RunStage> stage_of(const std::map<std::string, std::string>& metadata, const std::string& path) {
    const auto stage = metadata.find(stage_key), weights = metadata.find(weights_key);
    if (stage == metadata.end()) return std::nullopt;
    const bool is_over = stage->second == ended;
    if (weights == metadata.end() || (!is_over && stage->second != last_layer))
        throw tn::Error(path + ": its metadata is not in order: '" + stage_key + "' must be '" + last_layer + "' or '" +
                        ended + "', with '" + weights_key + "'");
    return RunStage{is_over ? Stage::ended : Stage::last_layer, weights->second};
}

}  // namespace photos
