#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "network.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/characters.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/split.hpp"
#include "runtime/io/curves.hpp"
#include "runtime/train/device.hpp"
#include "runtime/train/trainer.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

struct Sets {
    Pictures training, test;
};

Sets split(const Pictures& all, const TrainCommand& c) {
    const SplitRule rule = c.train_per_class > 0 ? SplitRule(TrainPerClass{c.train_per_class})
                                                 : SplitRule(TestFraction{c.test_share});
    const Split s = stratified_split(all.labels, static_cast<int>(all.classes.size()), rule, c.seed);
    return {subset(all, s.train), subset(all, s.test)};
}

/// Drawn characters: some labels of the training set are wrong on purpose, those of the test set are right.
Sets draw_characters(const TrainCommand& c) {
    std::vector<int> wrong;
    Sets sets{generate_characters(c.generated, picture_shape, c.seed, static_cast<float>(c.wrong_labels), &wrong),
              generate_characters(std::max(1, c.generated / 2), picture_shape, c.seed + 1'000'000)};
    fmt::print("No folder was named: {} pictures of three characters are generated to train on, {} of them with a wrong\n"
               "label on purpose, and {} to test on. Name a folder to train on your own photographs.\n",
               sets.training.size(), wrong.size(), sets.test.size());
    return sets;
}

Sets read_sets(const TrainCommand& c, ThreadPool& pool) {
    if (c.folder.empty()) return draw_characters(c);
    const Pictures all = read_folder(c.folder, picture_shape, pool);
    for (const SkippedFile& s : all.skipped) fmt::print("skipped {}: {}\n", s.path, s.reason);
    if (c.test_folder.empty()) return split(all, c);
    FolderOptions same_classes;
    same_classes.classes = all.classes;
    return {all, read_folder(c.test_folder, picture_shape, pool, same_classes)};
}

std::string csv_of(const std::vector<EpochResult>& epochs) {
    std::string text = "epoch,iteration,train_loss,train_accuracy,test_loss,test_accuracy,seconds\n";
    for (const EpochResult& e : epochs)
        text += fmt::format("{},{},{:.6f},{:.6f},{:.6f},{:.6f},{:.2f}\n", e.epoch, e.iteration, e.train_loss,
                            e.train_accuracy, e.test_loss, e.test_accuracy, e.seconds);
    return text;
}

Picture curves_of(const std::vector<EpochResult>& epochs) {
    Panel loss{"loss", {{"train", {}, {}}, {"test", {}, {}}}, false};
    Panel accuracy{"accuracy", {{"train", {}, {}}, {"test", {}, {}}}, true};
    const auto add = [](Curve& curve, const EpochResult& e, double value) {
        if (std::isnan(value)) return;
        curve.x.push_back(static_cast<double>(e.iteration));
        curve.y.push_back(value);
    };
    for (const EpochResult& e : epochs) {
        add(loss.curves[0], e, e.train_loss);
        add(loss.curves[1], e, e.test_loss);
        add(accuracy.curves[0], e, e.train_accuracy);
        add(accuracy.curves[1], e, e.test_accuracy);
    }
    const Panel panels[] = {loss, accuracy};
    return draw_curves(panels, "iteration");
}

}  // namespace

int train(const Machine& machine, const TrainCommand& c) {
    const Augmentation augmentation = parse_augmentation(c.augmentation);
    cpu::Backend backend = open_cpu(machine.device, machine.threads, machine.instructions);
    const fs::path out = c.out;
    std::error_code failed;
    fs::create_directories(out, failed);
    if (failed) throw Error(fmt::format("{}: the folder cannot be made: {}", c.out, failed.message()));

    const Sets sets = read_sets(c, backend.threads());
    fmt::print("{} classes, {} photographs to train on, {} to test on\n", sets.training.classes.size(),
               sets.training.size(), sets.test.size());
    fmt::print("{}\n{}training needs {}\n", backend.describe(), Network::summary(),
               format_bytes(Network::train_bytes<Adam>));

    TrainOptions o;
    o.batch = c.batch;
    o.epochs = c.epochs;
    o.iterations = c.iterations;
    o.evaluate_limit = c.evaluate_limit;
    o.evaluate_seconds = 2;
    o.save_to = out / "model.safetensors";
    if (c.resume) o.resume_from = o.save_to;
    o.classes = sets.training.classes;
    o.loader.augmentation = augmentation;
    o.loader.normalise = fit_normalise(sets.training);
    o.loader.seed = c.seed;
    write_png(out / "augmentation.png", augmentation_sheet(sets.training, augmentation, c.seed));

    Model<Network, Adam> model(backend, c.seed);
    model.active_outputs(static_cast<int>(o.classes.size()));
    Progress progress;
    std::vector<EpochResult> epochs;
    tn::train(model, Adam{.rate = static_cast<float>(c.rate), .weight_decay = static_cast<float>(c.weight_decay)},
              sets.training, sets.test, o, progress, [&](const EpochResult& e) {
                  epochs.push_back(e);
                  write_file(out / "metrics.csv", csv_of(epochs));
                  if (!std::isnan(e.test_accuracy))
                      progress.say(fmt::format("epoch {:>3}  train loss {:.4f} accuracy {:5.1f} %  test loss {:.4f} accuracy {:5.1f} %",
                                               e.epoch, e.train_loss, 100 * e.train_accuracy, e.test_loss,
                                               100 * e.test_accuracy));
              });

    Confusion confusion(static_cast<int>(o.classes.size()));
    std::vector<Prediction> predictions;
    const EpochResult final_result =
        evaluate(model, sets.test, o.loader.normalise, c.batch, 0, &confusion, &predictions);
    write_png(out / "curves.png", curves_of(epochs));
    write_png(out / "confusion.png", draw_confusion(confusion, o.classes));
    write_png(out / "predictions.png", draw_predictions(sets.test, choose(sets.test, predictions, 48)));
    fmt::print("test accuracy {:.2f} % of {} photographs; model, curves, confusion matrix, predictions and augmented "
               "samples are in {}\n", 100 * final_result.test_accuracy, sets.test.size(), out.string());
    return 0;
}

}  // namespace photos
