#include <fmt/format.h>
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
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/one_line.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/class_weights.hpp"
#include "runtime/io/weights.hpp"
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
int interrupted(int signal, std::uint64_t steps, std::int64_t of, const TrainOptions& o) {
    fmt::print("stopped by {} after {} of {} steps; the model is saved in {}: go on with --resume\n",
               signal == SIGINT ? "SIGINT" : "SIGTERM", steps, of, one_line(o.save_to.string()));
    return 128 + signal;
}

}  // namespace

int train(const Machine& machine, const TrainCommand& c) {
    const Augmentation augmentation = parse_augmentation(c.augmentation);
    const auto networks = open_networks(machine);
    const std::vector<BuiltBatch> built = networks->batches();
    const ChosenBatch chosen = choose_batch(c.batch, built, networks->free_bytes());
    const std::size_t train_bytes = built[static_cast<std::size_t>(chosen.built)].bytes;
    const fs::path out = c.out;
    make_folder(c.out);
    const FolderLock lock(out);

    const Sets sets = read_sets(c, picture_shape, networks->threads());
    fmt::print("{} classes, {} photographs to train on, {}{} to test on\n", sets.training.classes.size(),
               sets.training.size(),
               c.patience > 0 ? fmt::format("{} held out to decide when to stop, ", sets.held_out.size()) : "",
               sets.test.size());
    const Summary table = networks->table(chosen.built);
    fmt::print("{}\n{}training in batches of {} needs {}\n", networks->describe(), format(table), chosen.batch,
               format_bytes(train_bytes));

    TrainOptions o = options_of(c, augmentation, sets, out, chosen.batch);
    RunRecord record(out, c.folder, c.resume);
    write_png(out / "augmentation.png", augmentation_sheet(sets.training, augmentation, c.seed));

    const auto trains = networks->trains(chosen.built, c.seed);
    TrainedModel& model = *trains;
    model.active_outputs(static_cast<int>(o.classes.size()));
    if (!c.weights.empty()) load_weights(c.weights, model);
    std::fflush(stdout);
    Progress progress;
    std::optional<LiveScreen> screen;
    if (c.live) progress.quiet();
    if (c.live && ::isatty(2) == 1) screen.emplace(stderr);
    const StopSignals signals;
    o.stop = [&] { return signals.caught() != 0; };
    o.after_step = [&, drawn = -1.0](const ProgressState& state) mutable {
        record.step(state);
        if (!screen || state.seconds - drawn < 0.25) return;
        drawn = state.seconds;
        screen->draw(record.progress(), record.epochs());
    };
    const std::vector<EpochResult> run =
        tn::train(model, Adam{.rate = static_cast<float>(c.rate), .weight_decay = static_cast<float>(c.weight_decay)},
                  sets.training, sets.test, o, progress, [&](const EpochResult& e) {
                      record.add(e);
                      if (screen)
                          screen->draw(record.progress(), record.epochs());
                      else if (c.live || !std::isnan(e.test_accuracy))
                          progress.say(epoch_line(e));
                  });
    record.end(run.empty() || !run.back().last ? "interrupted" : "ended");
    if (screen) {
        screen->draw(record.progress(), record.epochs());
        screen->leave();
    }
    if (run.empty() || !run.back().last)
        return interrupted(signals.caught(), model.step(), run_length(o, sets.training.size()), o);

    Results results{c,  o,     sets,       record.epochs(), {}, Confusion(static_cast<int>(o.classes.size())),
                    {}, table, train_bytes, networks->describe()};
    results.final = evaluate(model, sets.test, o.loader.normalise, o.batch, 0, &results.confusion, &results.predictions,
                             c.mirror);
    write_results(results, out);
    return 0;
}

}  // namespace photos
