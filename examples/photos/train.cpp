#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "commands.hpp"
#include "folders.hpp"
#include "history.hpp"
#include "network.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/one_line.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/data/characters.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/split.hpp"
#include "runtime/distributed/group.hpp"
#include "runtime/io/report.hpp"
#include "runtime/io/weights.hpp"
#include "runtime/train/device.hpp"
#include "runtime/train/trainer.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

struct Sets {
    Pictures training, test;
    std::vector<SkippedFile> skipped;
};

Sets split(const Pictures& all, const TrainCommand& c) {
    const SplitRule rule = c.train_per_class > 0 ? SplitRule(TrainPerClass{c.train_per_class})
                                                 : SplitRule(TestFraction{c.test_share});
    const Split s = stratified_split(all.labels, static_cast<int>(all.classes.size()), rule, c.seed);
    return {subset(all, s.train), subset(all, s.test), all.skipped};
}

/// Drawn characters: some labels of the training set are wrong on purpose, those of the test set are right.
Sets draw_characters(const TrainCommand& c) {
    std::vector<int> wrong;
    Sets sets{generate_characters(c.generated, picture_shape, c.seed, static_cast<float>(c.wrong_labels), &wrong),
              generate_characters(std::max(1, c.generated / 2), picture_shape, c.seed + 1'000'000),
              {}};
    fmt::print("No folder was named, so pictures of three characters are generated:\n"
               "{} to train on, {} of them with a wrong label on purpose, and {} to test on.\n"
               "Name a folder to train on your own photographs.\n",
               sets.training.size(), wrong.size(), sets.test.size());
    return sets;
}

Sets read_sets(const TrainCommand& c, ThreadPool& pool) {
    if (c.folder.empty()) return draw_characters(c);
    const Pictures all = read_folder(c.folder, picture_shape, pool);
    print_skipped(all);
    if (c.test_folder.empty()) return split(all, c);
    FolderOptions same_classes;
    same_classes.classes = all.classes;
    const Pictures test = read_folder(c.test_folder, picture_shape, pool, same_classes);
    print_skipped(test);
    std::vector<SkippedFile> skipped = all.skipped;
    skipped.insert(skipped.end(), test.skipped.begin(), test.skipped.end());
    return {all, test, skipped};
}

/// A run goes on only with what it began with: other classes mean other labels, another seed another split.
void check_resumes(const fs::path& path, const std::vector<std::string>& classes, std::uint64_t seed) {
    const CheckpointInfo info = checkpoint_info(Safetensors(path), path.string());
    if (info.classes != classes)
        throw Error(fmt::format("{}: cannot go on, because it was trained on other classes: {}, not {}", path.string(),
                                fmt::join(info.classes, " "), fmt::join(classes, " ")));
    if (info.seed != seed)
        throw Error(fmt::format("{}: cannot go on with --seed {}, because it began with --seed {}", path.string(), seed,
                                info.seed));
}

void refuse_names_that_cannot_be_saved(const std::vector<std::string>& classes) {
    for (const std::string& name : classes)
        if (!is_utf8(name)) throw Error(fmt::format("{}: the name of a class must be UTF-8", name));
}

/// Few photographs make few batches an epoch: 40 epochs, or as many as make 1000 batches.
int enough_epochs(int photographs, int batch) {
    const int batches = (photographs + batch - 1) / batch;
    return std::max(40, (1000 + batches - 1) / batches);
}

/// What stands at the top of the report.
std::vector<std::pair<std::string, std::string>> facts(const TrainCommand& c, const TrainOptions& o,
                                                       const std::vector<EpochResult>& epochs, const EpochResult& last,
                                                       const Sets& sets, const std::string& backend) {
    return {{"test accuracy", sets.test.size() ? fmt::format("{:.2f} %", 100 * last.test_accuracy) : "no test"},
            {"photographs", fmt::format("{} to train on, {} to test on", sets.training.size(), sets.test.size())},
            {"classes", fmt::format("{}", o.classes.size())},
            {"training",
             fmt::format("{} epochs, {} steps of {}", epochs.back().epoch, epochs.back().iteration, o.batch)},
            {"this run took", fmt::format("{:.0f} s", epochs.back().seconds)},
            {"Adam", fmt::format("rate {:g}, weight decay {:g}", c.rate, c.weight_decay)},
            {"augmentation", c.augmentation},
            {"label smoothing, mixup, averaging", fmt::format("{:g}, {:g}, {:g}", c.smoothing, c.mixup, c.average)},
            {"seed", fmt::format("{}", c.seed)},
            {"machine", backend}};
}

/// Says what becomes of a run that a signal ended early, and returns the exit status that tells it apart.
int interrupted(int signal, std::uint64_t steps, std::int64_t of, const TrainOptions& o) {
    fmt::print("stopped by {} after {} of {} steps; the model is saved in {}: go on with --resume\n",
               signal == SIGINT ? "SIGINT" : "SIGTERM", steps, of, one_line(o.save_to.string()));
    return 128 + signal;
}

/// How many threads a process takes when none is asked for: its share of the cores, where several are on one machine
/// that the launcher did not share out itself.
int threads_of(const Group* group, int asked) {
    if (!group || asked != 0) return asked;
    cpu_set_t own;
    CPU_ZERO(&own);
    const int all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    const int allowed = ::sched_getaffinity(0, sizeof own, &own) == 0 ? CPU_COUNT(&own) : all;
    return std::max(1, allowed < all ? allowed : all / group->here());
}

/// One of the processes that share every batch, or the only one: then there is no group. The first one reads, writes
/// and speaks; the others only compute.
int train_as_one_of(Group* group, const Machine& machine, const TrainCommand& c) {
    const bool first = !group || group->rank() == 0;
    const Augmentation augmentation = parse_augmentation(c.augmentation);
    cpu::Backend backend = open_cpu(machine.device, threads_of(group, machine.threads), machine.instructions);
    if (group && !group->same(static_cast<int>(backend.isa())))
        throw Error("the processes have kernels for different instruction sets: ask for one that all have, as in --isa avx2");
    const fs::path out = c.out;
    std::optional<FolderLock> lock;
    if (first) {
        make_folder(c.out);
        lock.emplace(out);
    }

    const Sets sets = read_sets(c, backend.threads());
    refuse_names_that_cannot_be_saved(sets.training.classes);
    fmt::print("{} classes, {} photographs to train on, {} to test on\n", sets.training.classes.size(),
               sets.training.size(), sets.test.size());
    if (group)
        fmt::print("{} processes, {} of them on this machine, share every batch of {}\n", group->size(), group->here(), c.batch);
    fmt::print("{}\n{}training needs {}\n", backend.describe(), Network::summary(),
               format_bytes(Network::train_bytes<Adam>));

    TrainOptions o;
    o.batch = c.batch;
    o.epochs = c.epochs > 0 ? c.epochs : enough_epochs(sets.training.size(), c.batch);
    o.iterations = c.iterations;
    o.label_smoothing = static_cast<float>(c.smoothing);
    o.mixup = static_cast<float>(c.mixup);
    o.average = static_cast<float>(c.average);
    o.mirror = c.mirror;
    o.evaluate_limit = c.evaluate_limit;
    o.evaluate_seconds = 2;
    o.group = group;
    const fs::path model_file = out / "model.safetensors";
    if (first) o.save_to = model_file;
    o.classes = sets.training.classes;
    const fs::path metrics = out / "metrics.csv";
    std::vector<EpochResult> epochs;
    if (c.resume) {
        o.resume_from = model_file;
        check_resumes(o.resume_from, o.classes, c.seed);
        epochs = read_history(metrics);
    }
    o.loader.augmentation = augmentation;
    o.loader.normalise = fit_normalise(sets.training);
    o.loader.seed = c.seed;
    if (first) write_png(out / "augmentation.png", augmentation_sheet(sets.training, augmentation, c.seed));

    Model<Network, Adam> model(backend, c.seed);
    model.active_outputs(static_cast<int>(o.classes.size()));
    if (!c.weights.empty()) load_weights(c.weights, model);
    std::fflush(stdout);
    Progress progress(first ? stderr : stdout);
    const StopSignals signals;
    o.stop = [&] { return group ? group->any(signals.caught() != 0) : signals.caught() != 0; };
    tn::train(model, Adam{.rate = static_cast<float>(c.rate), .weight_decay = static_cast<float>(c.weight_decay)},
              sets.training, first ? sets.test : Pictures{}, o, progress, [&](const EpochResult& e) {
                  if (!first) return;
                  add(epochs, e);
                  write_file(metrics, to_csv(epochs));
                  write_file(out / "metrics.jsonl", to_json_lines(epochs));
                  if (!std::isnan(e.test_accuracy))
                      progress.say(fmt::format("epoch {:>3}  train loss {:.4f} accuracy {:5.1f} %  test loss {:.4f} accuracy {:5.1f} %",
                                               e.epoch, e.train_loss, 100 * e.train_accuracy, e.test_loss,
                                               100 * e.test_accuracy));
              });
    if (const std::int64_t length = run_length(o, sets.training.size()); static_cast<std::int64_t>(model.step()) < length)
        return interrupted(signals.caught(), model.step(), length, o);
    if (!first) return 0;

    Confusion confusion(static_cast<int>(o.classes.size()));
    std::vector<Prediction> predictions;
    const EpochResult final_result =
        evaluate(model, sets.test, o.loader.normalise, c.batch, 0, &confusion, &predictions, c.mirror);
    const std::vector<Panel> panels = history_panels(epochs);
    write_png(out / "curves.png", draw_curves(panels, "iteration"));
    write_file(out / "curves.svg", curves_svg(panels, "iteration"));
    write_png(out / "confusion.png", draw_confusion(confusion, o.classes));
    write_png(out / "predictions.png", draw_predictions(sets.test, choose(sets.test, predictions, 48)));
    const Picture augmented = augmentation_sheet(sets.training, augmentation, c.seed, 4, 7);
    write_file(out / "report.html",
               to_html({.title = c.folder.empty() ? "Generated characters" : c.folder,
                        .facts = facts(c, o, epochs, final_result, sets, backend.describe()),
                        .panels = panels,
                        .x_title = "iteration",
                        .training = sets.training,
                        .test = sets.test,
                        .confusion = confusion,
                        .predictions = predictions,
                        .skipped = sets.skipped,
                        .network = Network::table(),
                        .train_bytes = Network::train_bytes<Adam>,
                        .augmented = augmented}));
    fmt::print("test accuracy {:.2f} % of {} photographs\nIn {} are:\n", 100 * final_result.test_accuracy,
               sets.test.size(), one_line(c.out));
    for (const auto& [file, what] : {std::pair{"model.safetensors", "the model, for photos predict, test and inspect"},
                                     std::pair{"report.html", "all of it on one page, to open in a browser"},
                                     std::pair{"curves.png", "loss and accuracy after every epoch, from metrics.csv"},
                                     std::pair{"confusion.png", "which class was taken for which"},
                                     std::pair{"predictions.png", "test photographs, the wrong ones first"},
                                     std::pair{"augmentation.png", "what the network was shown in training"}})
        fmt::print("  {:<18} {}\n", file, what);
    return 0;
}

}  // namespace

int train(const Machine& machine, const TrainCommand& c) {
    const std::unique_ptr<Group> group = launched_group();
    if (!group) return train_as_one_of(nullptr, machine, c);
    if (group->rank() > 0 && !std::freopen("/dev/null", "w", stdout)) group->abort(1);
    try {
        return train_as_one_of(group.get(), machine, c);
    } catch (const std::exception& e) {
        std::fflush(stdout);
        fmt::print(stderr, "error: process {} of {}: {}\n", group->rank() + 1, group->size(), one_line(e.what()));
    }
    group->abort(1);
    return 1;
}

}  // namespace photos
