#include "examples/photos/commands/train_pretrained.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "examples/photos/networks/model.hpp"
#include "examples/photos/run/fine_tuning.hpp"
#include "examples/photos/run/head_training.hpp"
#include "examples/photos/run/heat_maps.hpp"
#include "examples/photos/run/pretrained_facts.hpp"
#include "examples/photos/run/results.hpp"
#include "examples/photos/run/run_monitor.hpp"
#include "examples/photos/run/run_stage.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/fit_names.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/report/epoch_history.hpp"
#include "runtime/train/evaluate.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

/// What of another run may lie in the folder and is not made anew.
void remove_stale(const fs::path& out) { fs::remove(out / "augmentation.png"); }

/// Where all layers are kept while they are trained.
fs::path second_stage_of(const fs::path& out) { return out / "second-stage.safetensors"; }

FineTuningPlan plan(const TrainInputs& in, const TrainArguments& a, const HeadTraining& head) {
    if (a.head_only) return {0, "as asked for"};
    const std::size_t needs = in.models->tuning_bytes(), free = in.networks->free_bytes();
    if (needs == 0) return {0, "the network is not compiled for more"};
    if (needs > free)
        return {0,
                fmt::format("all layers need {} of memory, and {} are free", format_bytes(needs), format_bytes(free))};
    FineTuningPlan plan = plan_fine_tuning(in.sets.training, head);
    if (plan.epochs > 0 && a.recipe.epochs > 0) plan.epochs = a.recipe.epochs;
    return plan;
}

std::vector<std::pair<std::string, std::string>> facts(const TrainInputs& in, const Stages& stages) {
    std::vector<std::pair<std::string, std::string>> all{
        {"photographs", fmt::format("{} to train on, {} to test on", in.sets.training.size(), in.sets.test.size())},
        {"classes", fmt::format("{}", in.sets.training.classes.size())},
        {"weights", escape_text(in.chosen.pretrained.filename().string())}};
    const auto more = facts(stages);
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// A run from its first stage to its report.
class PretrainedRun {
public:
    PretrainedRun(TrainInputs& in, const TrainArguments& a)
        : in_(in),
          a_(a),
          folder_(a.sets.output),
          lock_(a.sets.output),
          monitor_(a.sets.output, a.sets.folder, a.resume, a.live) {}

    /// A run that is resumed trains its last layer anew, in seconds and to the same bits, and goes on behind that.
    int run() {
        train_last_layer();
        if (signals_.caught()) return interrupted(a_.resume ? "what was saved before stays" : "nothing is saved");
        if (!a_.resume) fs::remove(second_stage_of(a_.sets.output));
        save(Stage::last_layer);
        train_all_layers();
        if (signals_.caught())
            return interrupted("the model with its last layer trained alone is saved: go on with --resume");
        calibrate();
        save(Stage::ended);
        fs::remove(second_stage_of(a_.sets.output));
        test_and_report();
        return 0;
    }

private:
    const Normalise& normalise() const { return in_.options.loader.normalise; }
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

    void train_last_layer() {
        stages_.head = head_on(in_.sets.training);
        stages_.fit = to_text(in_.fit);
        if (in_.stretched && best_trial(stages_.head) && !signals_.caught()) choose_fit();
        in_.stretched.reset();
        set_head(*in_.pretrained, stages_.head.head);
        last_.epoch = 1;
        last_.iteration = 1;
        last_.train_loss = stages_.head.train_loss;
        last_.train_accuracy = stages_.head.train_accuracy;
        last_.seconds = seconds();
    }

    HeadTraining head_on(const Pictures& training) {
        int said = 0;
        const auto after = [&](int done) {
            const int fifth = 5 * done / training.size();
            if (fifth > said)
                monitor_.progress().say(fmt::format("features of {} of {} photographs", done, training.size()));
            said = fifth;
            return signals_.caught() != 0;
        };
        return train_head(*in_.pretrained, training, normalise(), {.seed = a_.sets.seed, .after = after});
    }

    /// Goes on with the photographs as they do better held out: as the weights were trained on them, or whole.
    void choose_fit() {
        HeadTraining whole = head_on(in_.stretched->training);
        if (signals_.caught()) return;
        const FitTrial trial{in_.fit, *best_trial(stages_.head), *best_trial(whole)};
        stages_.fit = describe(trial);
        fmt::print("{}\n", stages_.fit);
        if (!trial.stretched_is_better()) return;
        stages_.head = std::move(whole);
        in_.sets = std::move(*in_.stretched);
        in_.fit = Fit::stretch;
        in_.options.metadata[fit_key] = to_text(in_.fit);
    }

    /// Where that is worth while: otherwise it says why not.
    void train_all_layers() {
        stages_.plan = plan(in_, a_, stages_.head);
        fmt::print("{}\n", describe(stages_.plan));
        std::fflush(stdout);
        if (stages_.plan.epochs == 0) return;
        if (monitor_.record().epochs().empty()) monitor_.epoch(last_);
        stages_.recipe = recipe_of_all_layers(a_.recipe);
        const auto tuned = in_.models->tuning_model(a_.sets.seed);
        FineTuningOptions options{.epochs = stages_.plan.epochs,
                                  .recipe = stages_.recipe,
                                  .seed = a_.sets.seed,
                                  .checkpoint = second_stage_of(a_.sets.output)};
        options.resume = a_.resume && fs::exists(options.checkpoint);
        options.stop = [this] { return signals_.caught() != 0; };
        options.step = [this](const ProgressState& state) { monitor_.step(state); };
        options.epoch = [this](EpochResult epoch) {
            ++epoch.epoch;  // behind that of the last layer
            ++epoch.iteration;
            epoch.seconds = seconds();
            if (!epoch.last) monitor_.epoch(epoch);
            last_ = epoch;
        };
        stages_.tuning = fine_tune(*in_.models, *in_.pretrained, *tuned, in_.sets.training, stages_.head, normalise(),
                                   options, monitor_.progress());
        if (!stages_.tuning->stopped) fmt::print("{}\n", describe(*stages_.tuning));
    }

    void calibrate() {
        const bool all = stages_.tuning && stages_.tuning->better();
        stages_.temperature =
            all ? stages_.tuning->temperature : head_temperature(stages_.head, {.seed = a_.sets.seed});
        divide_outputs(*in_.pretrained, stages_.temperature);
    }

    int interrupted(const char* saved) {
        fmt::print("stopped by {}; {}\n", signals_.caught() == SIGINT ? "SIGINT" : "SIGTERM", saved);
        monitor_.end(false);
        return 128 + signals_.caught();
    }

    void save(Stage stage) {
        auto metadata = in_.options.metadata;
        add_stage({stage, in_.chosen.pretrained.filename()}, metadata);
        save_checkpoint(in_.model_file, *in_.pretrained,
                        {{}, in_.options.classes, normalise(), 0, a_.sets.seed, metadata});
    }

    void test_and_report() {
        InferenceModel& model = *in_.pretrained;
        Results results{a_.sets.folder,
                        in_.sets,
                        facts(in_, stages_),
                        {},
                        {},
                        {},
                        Confusion(static_cast<int>(in_.options.classes.size())),
                        {},
                        in_.chosen.network->name,
                        in_.network,
                        in_.built.bytes,
                        {},
                        in_.networks->describe(),
                        last_.train_accuracy,
                        true,
                        explain_by_heat(*in_.models, model.tensors(), in_.sets.test, normalise())};
        if (in_.sets.test.size() > 0)
            results.final = evaluate(model, in_.sets.test, normalise(), model.batch(), 0, &results.confusion,
                                     &results.predictions, a_.recipe.mirror);
        last_.test_loss = results.final.test_loss;
        last_.test_accuracy = results.final.test_accuracy;
        last_.last = true;
        last_.seconds = seconds();
        monitor_.epoch(last_);
        monitor_.end(true);
        remove_stale(a_.sets.output);
        results.panels = stages_.tuning ? history_panels(monitor_.record().epochs()) : trial_panels(stages_.head);
        results.x_title = stages_.tuning ? "iteration" : "weight decay, as a power of 10";
        fmt::print("features in {:.1f} s, the last layer in {:.1f} s, weight decay {:g}\n",
                   stages_.head.feature_seconds, stages_.head.head_seconds, stages_.head.decay);
        write_results(results, a_.sets.output);
    }

    TrainInputs& in_;
    const TrainArguments& a_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    const OutputFolder folder_;
    const FolderLock lock_;
    RunMonitor monitor_;
    const StopSignals signals_;
    Stages stages_;
    EpochResult last_;
};

}  // namespace

int train_pretrained(TrainInputs& in, const TrainArguments& a) { return PretrainedRun(in, a).run(); }

}  // namespace photos
