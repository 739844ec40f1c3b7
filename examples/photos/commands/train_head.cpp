#include "examples/photos/commands/train_head.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>

#include "examples/photos/run/head_training.hpp"
#include "examples/photos/run/results.hpp"
#include "examples/photos/run/run_monitor.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/train/evaluate.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

/// Loss and accuracy on photographs that were not trained on, against the decay.
std::vector<Panel> trial_panels(const HeadTraining& head) {
    Panel loss{"loss", {{"held out in folds", {}, {}}}, false},
        accuracy{"accuracy", {{"held out in folds", {}, {}}}, true};
    for (auto trial = head.trials.rbegin(); trial != head.trials.rend(); ++trial)
        for (const auto& [panel, value] : {std::pair{&loss, trial->loss}, std::pair{&accuracy, trial->accuracy}}) {
            panel->curves[0].x.push_back(std::log10(trial->decay));
            panel->curves[0].y.push_back(value);
        }
    return {loss, accuracy};
}

std::vector<std::pair<std::string, std::string>> facts(const TrainInputs& in, const HeadTraining& head) {
    const std::string folds =
        head.trials.empty() ? "for want of photographs to choose it by" : "the best of those in the curves";
    return {{"photographs", fmt::format("{} to train on, {} to test on", in.sets.training.size(), in.sets.test.size())},
            {"classes", fmt::format("{}", in.sets.training.classes.size())},
            {"training", "of the last layer, on what the others make of each photograph"},
            {"weights", escape_text(in.chosen.pretrained.filename().string())},
            {"weight decay", fmt::format("{:g}, {}", head.decay, folds)},
            {"features took", fmt::format("{:.1f} s", head.feature_seconds)},
            {"the last layer took", fmt::format("{:.1f} s", head.head_seconds)}};
}

/// What of another run may lie in the folder and is not made anew.
void remove_stale(const fs::path& out) { fs::remove(out / "augmentation.png"); }

}  // namespace

int train_head_only(TrainInputs& in, const TrainArguments& a) {
    const auto begin = std::chrono::steady_clock::now();
    const fs::path out = a.sets.output;
    const OutputFolder folder(out);
    const FolderLock lock(out);
    RunMonitor monitor(out, a.sets.folder, false, a.live);
    const StopSignals signals;
    int said = 0;
    const auto after = [&](int done) {
        const int fifth = 5 * done / in.sets.training.size();
        if (fifth > said)
            monitor.progress().say(fmt::format("features of {} of {} photographs", done, in.sets.training.size()));
        said = fifth;
        return signals.caught() != 0;
    };
    InferenceModel& model = *in.pretrained;
    const Normalise normalise = in.options.loader.normalise;
    const HeadTraining head = train_head(model, in.sets.training, normalise, {.seed = a.sets.seed, .after = after});
    if (signals.caught()) {
        fmt::print("stopped by {}; nothing is saved\n", signals.caught() == SIGINT ? "SIGINT" : "SIGTERM");
        monitor.end(false);
        return 128 + signals.caught();
    }
    save_checkpoint(in.model_file, model, {{}, in.options.classes, normalise, 0, a.sets.seed, in.options.metadata});

    Results results{a.sets.folder,
                    in.sets,
                    facts(in, head),
                    trial_panels(head),
                    "weight decay, as a power of 10",
                    {},
                    Confusion(static_cast<int>(in.options.classes.size())),
                    {},
                    in.chosen.network->name,
                    in.network,
                    in.bytes,
                    {},
                    in.networks->describe()};
    EpochResult epoch;
    if (in.sets.test.size() > 0)
        results.final = evaluate(model, in.sets.test, normalise, model.batch(), 0, &results.confusion,
                                 &results.predictions, a.recipe.mirror);
    epoch = results.final;
    epoch.epoch = 1;
    epoch.iteration = 1;
    epoch.train_loss = head.train_loss;
    epoch.train_accuracy = head.train_accuracy;
    epoch.last = true;
    epoch.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    monitor.epoch(epoch);
    monitor.end(true);
    remove_stale(out);
    fmt::print("features in {:.1f} s, the last layer in {:.1f} s, weight decay {:g}\n", head.feature_seconds,
               head.head_seconds, head.decay);
    write_results(results, out);
    return 0;
}

}  // namespace photos
