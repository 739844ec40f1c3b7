#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "commands.hpp"
#include "folders.hpp"
#include "history.hpp"
#include "live_panel.hpp"
#include "networks.hpp"
#include "results.hpp"
#include "run_record.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/class_weights.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/launched_processes.hpp"
#include "runtime/train/trainer.hpp"
#include "sets.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

/// Few photographs make few batches an epoch: 40 epochs, or as many as make 1000 batches.
int enough_epochs(int photographs, int batch) {
    const int batches = (photographs + batch - 1) / batch;
    return std::max(40, (1000 + batches - 1) / batches);
}

TrainOptions options_of(const TrainCommand& c, const Augmentation& augmentation, const Sets& sets, const fs::path& out,
                        int batch) {
    TrainOptions o;
    o.batch = batch;
    o.epochs = c.epochs > 0 ? c.epochs : enough_epochs(sets.training.size(), batch);
    o.iterations = c.iterations;
    o.cosine = c.schedule == "cosine";
    o.warm_up = static_cast<float>(c.warm_up);
    o.label_smoothing = static_cast<float>(c.smoothing);
    o.mixup = static_cast<float>(c.mixup);
    o.average = static_cast<float>(c.average);
    o.classes = sets.training.classes;
    if (c.class_weights == "balanced")
        o.class_weights = balanced_class_weights(sets.training.labels, static_cast<int>(o.classes.size()));
    o.patience = c.patience;
    o.held_out = &sets.held_out;
    o.mirror = c.mirror;
    o.evaluate_limit = c.evaluate_limit;
    o.evaluate_seconds = 2;
    o.save_to = out / "model.safetensors";
    if (c.resume) o.resume_from = o.save_to;
    o.loader.augmentation = augmentation;
    o.loader.normalise = fit_normalise(sets.training);
    o.loader.seed = c.seed;
    return o;
}

/// Says what becomes of a run that a signal ended early, and returns the exit status that tells it apart.
int interrupted(int signal, std::uint64_t steps, std::int64_t of, const fs::path& model) {
    fmt::print("stopped by {} after {} of {} steps; the model is saved in {}: go on with --resume\n",
               signal == SIGINT ? "SIGINT" : "SIGTERM", steps, of, escape_text(model.string()));
    return 128 + signal;
}

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

/// One of the processes that share every batch, or the only one: then there is no group. The first one reads, writes
/// and speaks; the others only compute.
int train_as_one_of(ProcessGroup* group, const Machine& machine, const TrainCommand& c) {
    const bool first = !group || group->rank() == 0;
    const Augmentation augmentation = parse_augmentation(c.augmentation);
    Machine own = machine;
    own.threads = threads_of(group, machine.threads);
    const auto networks = open_networks(own, group);
    if (group && !group->same(networks->kernels()))
        throw Error(
            "the processes have kernels for different instruction sets or precisions: ask for one that all "
            "have, as in --isa avx2");
    const std::vector<BuiltBatch> built = networks->batches();
    const ChosenBatch chosen = choose_batch(c.batch, built, networks->free_bytes());
    if (group && !group->same(chosen.batch))
        throw Error("the processes have room for batches of different sizes: name one, as in --batch 64");
    const std::size_t train_bytes = built[static_cast<std::size_t>(chosen.built)].bytes;
    const fs::path out = c.out;
    std::optional<FolderLock> lock;
    if (first) {
        make_folder(c.out);
        lock.emplace(out);
    }

    const Sets sets = read_sets(c, picture_shape, networks->threads());
    fmt::print("{} classes, {} photographs to train on, {}{} to test on\n", sets.training.classes.size(),
               sets.training.size(),
               c.patience > 0 ? fmt::format("{} held out to decide when to stop, ", sets.held_out.size()) : "",
               sets.test.size());
    if (group)
        fmt::print("{} processes, {} of them on this machine, share every batch of {}\n", group->size(), group->here(),
                   chosen.batch);
    const Summary table = networks->table(chosen.built);
    fmt::print("{}\n{}training in batches of {} needs {}\n", networks->describe(), format(table), chosen.batch,
               format_bytes(train_bytes));

    TrainOptions o = options_of(c, augmentation, sets, out, chosen.batch);
    o.group = networks->group();
    if (!first) o.save_to.clear();
    std::optional<RunRecord> record;
    if (first) {
        record.emplace(out, c.folder, c.resume);
        write_png(out / "augmentation.png", augmentation_sheet(sets.training, augmentation, c.seed));
    }

    const auto trains = networks->trains(chosen.built, c.seed);
    TrainedModel& model = *trains;
    model.active_outputs(static_cast<int>(o.classes.size()));
    if (!c.weights.empty()) load_weights(c.weights, model);
    std::fflush(stdout);
    Progress progress(first ? stderr : stdout);
    std::optional<LiveScreen> screen;
    if (c.live) progress.quiet();
    if (c.live && first && ::isatty(2) == 1) screen.emplace(stderr);
    const StopSignals signals;
    o.stop = [&] {
        const bool stops = group ? group->any(signals.caught() != 0) : signals.caught() != 0;
        if (stops && record) record->replace_earlier();
        return stops;
    };
    if (first)
        o.after_step = [&, drawn = -1.0](const ProgressState& state) mutable {
            record->step(state);
            if (!screen || state.seconds - drawn < 0.25) return;
            drawn = state.seconds;
            screen->draw(record->progress(), record->epochs());
        };
    const std::vector<EpochResult> run =
        tn::train(model, Adam{.rate = static_cast<float>(c.rate), .weight_decay = static_cast<float>(c.weight_decay)},
                  sets.training, first ? sets.test : Pictures{}, o, progress, [&](const EpochResult& e) {
                      if (!first) return;
                      record->add(e);
                      if (screen)
                          screen->draw(record->progress(), record->epochs());
                      else if (c.live || !std::isnan(e.test_accuracy))
                          progress.say(epoch_line(e));
                  });
    const bool ended = !run.empty() && run.back().last;
    if (record) record->end(ended ? "ended" : "interrupted");
    if (screen) {
        screen->draw(record->progress(), record->epochs());
        screen->leave();
    }
    if (!ended)
        return interrupted(signals.caught() ? signals.caught() : SIGTERM, model.step(),
                           run_length(o, sets.training.size()), out / "model.safetensors");
    if (!first) return 0;
    fmt::print("{}\n", describe(run.back().loading));

    Results results{c,  o,     sets,        record->epochs(),    {}, Confusion(static_cast<int>(o.classes.size())),
                    {}, table, train_bytes, networks->describe()};
    results.final =
        evaluate(model, sets.test, o.loader.normalise, o.batch, 0, &results.confusion, &results.predictions, c.mirror);
    write_results(results, out);
    return 0;
}

}  // namespace

int train(const Machine& machine, const TrainCommand& c) {
    const std::unique_ptr<ProcessGroup> group = launched_group();
    if (!group) return train_as_one_of(nullptr, machine, c);
    if (group->rank() > 0 && !std::freopen("/dev/null", "w", stdout)) group->abort(1);
    try {
        const int status = train_as_one_of(group.get(), machine, c);
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
