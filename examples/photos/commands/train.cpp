// photos train: all that a run needs is read and checked before it writes anything.
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "examples/photos/commands/train_options.hpp"
#include "examples/photos/networks/model.hpp"
#include "examples/photos/networks/networks.hpp"
#include "examples/photos/run/results.hpp"
#include "examples/photos/run/run_monitor.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/launched_processes.hpp"
#include "runtime/train/run_is_over.hpp"
#include "runtime/train/trainer.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

/// How many threads a process takes when none is asked for: its share of the cores, where several are on one machine
/// that the launcher did not share out itself.
int threads_of(const ProcessGroup* group, int asked) {
    if (!group || asked != 0) return asked;
    cpu_set_t own;
    CPU_ZERO(&own);
    const int all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    const int allowed = ::sched_getaffinity(0, sizeof own, &own) == 0 ? CPU_COUNT(&own) : all;
    return std::max(1, allowed < all ? allowed : all / group->here());
}

std::unique_ptr<Networks> open_shared_networks(Machine machine, ProcessGroup* group) {
    machine.threads = threads_of(group, machine.threads);
    auto networks = open_networks(machine, group);
    if (group && !group->same(networks->kernel_set()))
        throw Error(
            "the processes have kernels for different instruction sets or precisions: ask for one that all "
            "have, as in --isa avx2");
    return networks;
}

ChosenBatch choose_shared_batch(const std::string& word, const Networks& networks, ProcessGroup* group) {
    const ChosenBatch chosen = choose_batch(word, networks.batches(), networks.free_bytes());
    if (group && !group->same(chosen.batch))
        throw Error("the processes have room for batches of different sizes: name one, as in --batch 64");
    return chosen;
}

SetOptions set_options(const TrainArguments& a) {
    SetOptions o = a.sets;
    o.hold_out = a.recipe.patience > 0;
    return o;
}

/// What a run needs. Reading it writes nothing; it throws tn::Error for what is not in order.
struct Inputs {
    Inputs(const TrainArguments& a, ProcessGroup* group)
        : augmentation(parse_augmentation(a.recipe.augmentation)),
          networks(open_shared_networks(a.machine, group)),
          batch(choose_shared_batch(a.batch, *networks, group)),
          train_bytes(networks->batches()[batch.built].bytes),
          network(networks->summary(batch.built)),
          model_file(fs::path(a.sets.output) / "model.safetensors") {
        // The trainer reads it once more and compares it with the run; but that comes after the folder is made.
        if (a.resume) checkpoint_info(Safetensors(model_file), model_file.string());
        sets = read_sets(set_options(a), picture_shape, networks->threads());
        options = train_options(a.recipe, augmentation, sets, batch.batch, a.sets.seed);
        options.metadata[ground_key] = to_text(parse_ground(a.sets.ground));
        options.group = networks->group();
        if (!group || group->rank() == 0) options.save_to = model_file;
        if (a.resume) options.resume_from = model_file;
        model = networks->training_model(batch.built, a.sets.seed);
        model->active_outputs(static_cast<int>(options.classes.size()));
        if (!a.weights.empty()) load_weights(a.weights, *model);
    }
    Inputs(const Inputs&) = delete;
    Inputs& operator=(const Inputs&) = delete;

    Augmentation augmentation;
    std::unique_ptr<Networks> networks;
    ChosenBatch batch;
    std::size_t train_bytes;
    Summary network;
    fs::path model_file;
    Sets sets;
    TrainOptions options;
    std::unique_ptr<TrainingModel> model;
};

void print_inputs(const Inputs& in, const ProcessGroup* group) {
    const Sets& sets = in.sets;
    fmt::print("{} classes, {} photographs to train on, {}{} to test on\n", sets.training.classes.size(),
               sets.training.size(),
               in.options.patience > 0 ? fmt::format("{} held out to decide when to stop, ", sets.held_out.size()) : "",
               sets.test.size());
    if (group)
        fmt::print("{} processes, {} of them on this machine, share every batch of {}\n", group->size(), group->here(),
                   in.batch.batch);
    fmt::print("{}\n{}training in batches of {} needs {}\n", in.networks->describe(), format(in.network),
               in.batch.batch, format_bytes(in.train_bytes));
    std::fflush(stdout);
}

Adam optimizer_of(const RecipeOptions& recipe) {
    return {.rate = static_cast<float>(recipe.rate), .weight_decay = static_cast<float>(recipe.weight_decay)};
}

bool came_to_its_end(const std::vector<EpochResult>& epochs) { return !epochs.empty() && epochs.back().last; }

/// Prints what becomes of a run that a signal ended early, and returns the exit status that tells it apart.
int interrupted(const StopSignals& signals, const Inputs& in) {
    const int signal = signals.caught() ? signals.caught() : SIGTERM;
    fmt::print("stopped by {} after {} of {} steps; the model is saved in {}: go on with --resume\n",
               signal == SIGINT ? "SIGINT" : "SIGTERM", in.model->step(),
               run_length(in.options, in.sets.training.size()), escape_text(in.model_file.string()));
    return 128 + signal;
}

void test_and_report(Inputs& in, const TrainArguments& a, const std::vector<EpochResult>& epochs) {
    Results results{a.sets.folder,
                    a.recipe,
                    in.options,
                    in.sets,
                    epochs,
                    {},
                    Confusion(static_cast<int>(in.options.classes.size())),
                    {},
                    in.network,
                    in.train_bytes,
                    in.networks->describe()};
    results.final = evaluate(*in.model, in.sets.test, in.options.loader.normalise, in.options.batch, 0,
                             &results.confusion, &results.predictions, a.recipe.mirror);
    write_results(results, a.sets.output);
}

/// Whether a run was ended, by whatever it was, after its last step and before its report.
bool report_is_missing(const Inputs& in, const fs::path& out) {
    const fs::path report = out / "report.html";
    return !fs::exists(report) || fs::last_write_time(report) < fs::last_write_time(in.model_file);
}

/// Of a run that has nothing left to do but that.
int only_report(Inputs& in, const TrainArguments& a, const std::vector<EpochResult>& epochs) {
    fmt::print("the run has taken all of its steps; its report is made\n");
    load_checkpoint(in.model_file, *in.model);
    test_and_report(in, a, epochs);
    return 0;
}

/// The process that writes and speaks: the first of a group, or the only one.
int lead(Inputs& in, const TrainArguments& a, ProcessGroup* group) {
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
int follow(Inputs& in, const TrainArguments& a, ProcessGroup& group) {
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
    Inputs inputs(a, group);
    print_inputs(inputs, group);
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
