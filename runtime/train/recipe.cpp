#include "runtime/train/recipe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/core/error.hpp"
#include "runtime/train/train_options.hpp"

namespace tn {

namespace {

/// The digest is kept under the noun alone.
bool is_digest(const std::string& name) { return name == "photographs" || name == "samples"; }

std::string key_of(const std::string& name) { return "recipe: " + name; }

}  // namespace

Recipe recipe_of(const TrainOptions& o, const char* optimizer, float rate, float weight_decay, int samples,
                 const char* noun) {
    Recipe recipe{
        {"batch", fmt::format("{}", o.batch)},
        {"optimizer", optimizer},
        {"rate", fmt::format("{}", rate)},
        {"weight decay", fmt::format("{}", weight_decay)},
        {"schedule", name(o.schedule)},
        {"warm-up", fmt::format("{}", o.warm_up)},
        {"largest norm of the gradients", fmt::format("{}", o.clip)},
        {"augmentation", describe(o.loader.augmentation)},
        {"label smoothing", fmt::format("{}", o.label_smoothing)},
        // One entry, so that runs of before CutMix can be gone on with.
        {"mixup", o.cutmix > 0 ? fmt::format("{}, cutmix {}", o.mixup, o.cutmix) : fmt::format("{}", o.mixup)},
        {"average", fmt::format("{}", o.average)},
        {"class weights", o.class_weights.empty() ? "none" : fmt::format("{}", fmt::join(o.class_weights, " "))},
        {fmt::format("{} held out", noun), fmt::format("{}", o.patience != 0 ? o.held_out.size() : 0)},
        {fmt::format("{} to train on", noun), fmt::format("{}", samples)}};
    if (!o.data_digest.empty()) recipe.emplace_back(noun, o.data_digest);
    return recipe;
}

void add_recipe(const Recipe& recipe, std::map<std::string, std::string>& metadata) {
    for (const auto& [name, value] : recipe) metadata[key_of(name)] = value;
}

void check_recipe(const Recipe& recipe, const std::map<std::string, std::string>& metadata, const std::string& path) {
    for (const auto& [name, value] : recipe) {
        const auto saved = metadata.find(key_of(name));
        if (saved == metadata.end())
            throw Error(
                fmt::format("{}: does not say with which {} its run began, so it cannot be gone on with", path, name));
        if (saved->second == value) continue;
        if (is_digest(name))
            throw Error(
                fmt::format("{}: is of a run with other {} (their digest is {}, not {}): go on with the "
                            "same ones, or train anew without resuming",
                            path, name, saved->second, value));
        throw Error(
            fmt::format("{}: is of a run with {} {}, not {}: go on with the same", path, name, saved->second, value));
    }
}

}  // namespace tn
