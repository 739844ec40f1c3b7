// photos train: one process, or one of several, from what it needs to its report.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "examples/photos/commands/train_inputs.hpp"
#include "examples/photos/commands/train_pretrained.hpp"
#include "examples/photos/run/heat_maps.hpp"
#include "examples/photos/run/results.hpp"
#include "examples/photos/run/run_monitor.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/report/epoch_history.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/launched_processes.hpp"
#include "runtime/train/run_is_over.hpp"
#include "runtime/train/trainer.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

Adam optimizer_of(const RecipeOptions& recipe) {
    return {.rate = static_cast<float>(recipe.rate), .weight_decay = static_cast<float>(recipe.weight_decay)};
}

bool came_to_its_end(const std::vector<EpochResult>& epochs) { return !epochs.empty() && epochs.back().last; }

/// Prints what becomes of a run that a signal ended early, and returns the exit status that tells it apart.
int interrupted(const StopSignals& signals, const TrainInputs& in) {
    const int signal = signals.caught() ? signals.caught() : SIGTERM;
    fmt::print("stopped by {} after {} of {} steps; the model is saved in {}: go on with --resume\n",
               signal == SIGINT ? "SIGINT" : "SIGTERM", in.model->step(),
               run_length(in.options, in.sets.training.size()), escape_text(in.model_file.string()));
    return 128 + signal;
}

void test_and_report(TrainInputs& in, const TrainArguments& a, const std::vector<EpochResult>& epochs) {
    Results results{a.sets.folder,
                    in.sets,
                    recipe_facts(a.recipe, in.options, in.sets, epochs),
                    history_panels(epochs),
                    "iteration",
                    {},
                    Confusion(static_cast<int>(in.options.classes.size())),
                    {},
                    in.chosen.network->name,
                    in.network,
                    in.built.bytes,
                    augmentation_sheet(in.sets.training, in.augmentation, a.sets.seed, 4, 7),
                    in.networks->describe(),
                    epochs.back().train_accuracy,
                    !in.chosen.pretrained.empty(),
                    explain_by_heat(*in.models, in.model->tensors(), in.sets.test, in.options.loader.normalise)};
    results.arena = in.models->arena(in.batch.built);
    results.memory_curve = in.chosen.network->memory_curve;
    results.memory_curve_of = fmt::format("batches of {} on the CPU", in.chosen.network->train_batch);
    results.final = evaluate(*in.model, in.sets.test, in.options.loader.normalise, in.options.batch, 0,
                             &results.confusion, &results.predictions, a.recipe.mirror);
    if (a.recipe.patience > 0)
        fmt::print("kept is the model of epoch {}, the best on the {} photographs held out\n", epochs.back().best,
                   in.sets.held_out.size());
    write_results(results, a.sets.output);
}

/// Whether a run was ended, by whatever it was, after its last step and before its report.
bool report_is_missing(const TrainInputs& in, const fs::path& out) {
    const fs::path report = out / "report.html";
    return !fs::exists(report) || fs::last_write_time(report) < fs::last_write_time(in.model_file);
}

/// Of a run that has nothing left to do but that.
int only_report(TrainInputs& in, const TrainArguments& a, const std::vector<EpochResult>& epochs) {
    fmt::print("the run has taken all of its steps; its report is made\n");
    load_checkpoint(in.model_file, *in.model);
    test_and_report(in, a, epochs);
    return 0;
}

/// The process that writes and speaks: the first of a group, or the only one.
int lead(TrainInputs& in, const TrainArguments& a, ProcessGroup* group) {
    const fs::path out = a.sets.output;
    const OutputFolder folder(out);
    const FolderLock lock(out);
    RunMonitor monitor(out, a.sets.folder, a.resume, a.live);
    const auto write_sheet = [&] {
        write_png(out / "augmentation.png", augmentation_sheet(in.sets.training, in.augmentation, a.sets.seed));
    };
    if (!a.resume) write_sheet();
    const StopSignals signals;
    in.options.stop = [&] {
        const bool stops = group ? group->any(signals.caught() != 0) : signals.caught() != 0;
        if (stops) monitor.record().replace_earlier();
        return stops;
    };
    in.options.after_step = [&](const ProgressState& state) { monitor.step(state); };
    std::vector<EpochResult> epochs;
    try {
        epochs = tn::train(*in.model, optimizer_of(a.recipe), in.sets.training, in.sets.test, in.options,
                           monitor.progress(), [&](const EpochResult& epoch) { monitor.epoch(epoch); });
    } catch (const RunIsOver&) {
        if (!report_is_missing(in, out)) throw;
        return only_report(in, a, monitor.record().epochs());
    }
    monitor.end(came_to_its_end(epochs));
    if (a.resume) write_sheet();  // not before: a run that may not be resumed leaves its files as they were
    if (!came_to_its_end(epochs)) return interrupted(signals, in);
    fmt::print("{}\n", describe(epochs.back().loading));
    test_and_report(in, a, monitor.record().epochs());
    return 0;
}

/// Another process of a group, which only computes.
int follow(TrainInputs& in, const TrainArguments& a, ProcessGroup& group) {
    Progress progress(stdout);
    const StopSignals signals;
    in.options.stop = [&] { return group.any(signals.caught() != 0); };
    std::vector<EpochResult> epochs;
    try {
        epochs = tn::train(*in.model, optimizer_of(a.recipe), in.sets.training, Pictures{}, in.options, progress);
    } catch (const RunIsOver&) {
        return 0;  // the first process says so, or makes what is missing
    }
    return came_to_its_end(epochs) ? 0 : interrupted(signals, in);
}

/// One of the processes that share every batch, or the only one: then there is no group.
int train_as_one_of(ProcessGroup* group, const TrainArguments& a) {
    TrainInputs inputs(a, group);
    print_inputs(inputs, group);
    if (inputs.pretrained) return train_pretrained(inputs, a);
    return group && group->rank() > 0 ? follow(inputs, a, *group) : lead(inputs, a, group);
}

}  // namespace

int train(const TrainArguments& a) {
    const std::unique_ptr<ProcessGroup> group = launched_group();
    if (!group) return train_as_one_of(nullptr, a);
    if (group->rank() > 0 && !std::freopen("/dev/null", "w", stdout)) group->abort(1);
    try {
        const int status = train_as_one_of(group.get(), a);
        // Once one process has ended with another status than 0, mpirun may end the others before they have spoken.
        if (std::fflush(stdout) != 0) throw Error("the output cannot be written");
        return status;
    } catch (const std::exception& e) {
        std::fflush(stdout);
        fmt::print(stderr, "error: process {} of {}: {}\n", group->rank() + 1, group->size(), escape_text(e.what()));
    }
    group->abort(1);
    return 1;
}

}  // namespace photos
