// What a training run has besides the model, and how a checkpoint keeps both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/batch_result.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/train/best_model.hpp"
#include "runtime/train/recipe.hpp"
#include "runtime/train/train_options.hpp"
#include "runtime/train/weight_average.hpp"

namespace tn::detail {

/// What an epoch that is under way has given so far; a checkpoint within an epoch keeps it.
struct EpochSums {
    double loss = 0;
    int right = 0, seen = 0;

    void add(const BatchResult& batch) {
        loss += batch.loss;
        right += batch.correct;
        seen += batch.n;
    }
    double mean_loss() const { return loss / seen; }
    double accuracy() const { return static_cast<double>(right) / seen; }
};

std::string to_text(const EpochSums& sums);
/// Throws Error naming the file unless to_text wrote the text.
EpochSums epoch_sums(const std::string& text, const std::string& path);

inline constexpr const char* epoch_sums_key = "epoch so far";

/// Throws Error naming the file unless the checkpoint is of a run with these classes and this seed.
void check_same_run(const CheckpointInfo& saved, const std::vector<std::string>& classes, std::uint64_t seed,
                    const std::string& path);

/// What a run has besides the model.
struct RunState {
    EpochSums sums;
    std::optional<WeightAverage> average;
    std::optional<BestModel> best;

    /// Of a run that begins. Throws Error when the decay or the patience is out of range.
    template <class M> RunState(const M& model, const TrainOptions& o) {
        if (o.average != 0) average.emplace(model, o.average);
        if (o.patience != 0) best.emplace(model, o.patience);
    }
};

/// Saves the model that predicts best, the average if there is one, or the best epoch's; beside it what is trained on.
/// The model must be the average when there is one, and is as it was afterwards.
template <class M> void save(const TrainOptions& o, const Recipe& recipe, M& model, RunState& run) {
    if (o.save_to.empty()) return;
    CheckpointInfo info;
    info.classes = o.classes;
    info.normalise = o.loader.normalise;
    info.more = o.metadata;
    add_recipe(recipe, info.more);
    if (run.sums.seen > 0) info.more[epoch_sums_key] = to_text(run.sums);
    std::vector<TensorView> beside;
    if (run.average) beside = run.average->views(model);
    if (run.best) {
        if (run.best->epoch() == 0) run.best->copy(model);
        info.more[BestModel::key] = run.best->to_text();
        const auto last = run.best->views(model);
        beside.insert(beside.end(), last.begin(), last.end());
        run.best->swap(model);
    }
    save_checkpoint(o.save_to, model, info, true, beside);
    if (run.best) run.best->swap(model);
}

/// Goes on from a checkpoint, which must be of such a run: another seed or other classes would mix up what was trained
/// and what is tested, another recipe would be a run that was never asked for.
template <class M> void resume(M& model, const TrainOptions& o, const Recipe& recipe, RunState& run) {
    const std::string path = o.resume_from.string();
    const Safetensors file(o.resume_from);
    const CheckpointInfo saved = checkpoint_info(file, path);
    check_same_run(saved, o.classes, model.seed(), path);
    check_recipe(recipe, saved.more, path);
    if (const auto within = saved.more.find(epoch_sums_key); within != saved.more.end())
        run.sums = epoch_sums(within->second, path);
    if (run.average) run.average->restore(model, file, path);
    if (run.best) {
        run.best->from_text(file.metadata(BestModel::key), path);
        run.best->restore(model, file, path);
    }
    load_checkpoint(o.resume_from, model, true);
    if (run.best) run.best->swap(model);
    if (run.average) run.average->swap(model);
}

}  // namespace tn::detail
