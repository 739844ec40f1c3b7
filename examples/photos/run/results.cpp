#include "examples/photos/run/results.hpp"

#include <fmt/format.h>

#include "examples/photos/run/advice.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/report/confusion_chart.hpp"
#include "runtime/report/epoch_history.hpp"
#include "runtime/report/report.hpp"
#include "runtime/train/calibration.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

constexpr int predictions_shown = 48, grid_columns = 8;

Outcome outcome_of(const Results& r) { return {r.confusion, r.sets.training.classes, r.train_accuracy, r.pretrained}; }

/// What stands at the top of the report.
std::vector<std::pair<std::string, std::string>> facts(const Results& r) {
    std::vector<std::pair<std::string, std::string>> all{
        {"test accuracy", r.sets.test.size() ? fmt::format("{:.2f} %", 100 * r.final.test_accuracy) : "no test"}};
    if (r.sets.test.size() > 0) {
        all.emplace_back("beside it", beside_accuracy(r.confusion));
        all.emplace_back("expected calibration error",
                         fmt::format("{:.2f} %, the mean gap between how sure an answer is and how often it is right",
                                     100 * expected_calibration_error(r.predictions, r.sets.test.labels)));
    }
    for (const std::string& hint : advice(outcome_of(r))) all.emplace_back("hint", hint);
    all.insert(all.end(), r.recipe.begin(), r.recipe.end());
    all.insert(all.end(), {{"network", r.network_name}, {"machine", r.machine}});
    return all;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> recipe_facts(const RecipeOptions& c, const TrainOptions& options,
                                                              const Sets& sets,
                                                              const std::vector<EpochResult>& epochs) {
    const EpochResult& end = epochs.back();
    const std::string held = c.patience > 0 ? fmt::format("{} held out, ", sets.held_out.size()) : "";
    std::vector<std::pair<std::string, std::string>> all{
        {"photographs", fmt::format("{} to train on, {}{} to test on", sets.training.size(), held, sets.test.size())},
        {"classes", fmt::format("{}", options.classes.size())},
        {"training", fmt::format("{} epochs, {} steps of {}", end.epoch, end.iteration, options.batch)},
        {"this run took", fmt::format("{:.0f} s", end.seconds)},
        {"Adam", fmt::format("rate {:g}, {} after a warm-up of {:g}, weight decay {:g}", c.rate, c.schedule, c.warm_up,
                             c.weight_decay)},
        {"augmentation", c.augmentation.value_or(usual_augmentation)},
        {"label smoothing, mixup, cutmix, averaging", fmt::format("{:g}, {:g}, {:g}, {:g}", options.label_smoothing,
                                                                  options.mixup, options.cutmix, options.average)},
        {"class weights", c.class_weights},
        {"largest norm of the gradients", c.clip > 0 ? fmt::format("{:g}", c.clip) : "any"},
        {"waited for photographs", fmt::format("{:.1f} % of the time", 100 * end.loading.idle)},
        {"seed", fmt::format("{}", options.loader.seed)}};
    if (c.patience > 0)
        all.insert(all.begin() + 3, {"kept", fmt::format("epoch {}, the best on what was held out", end.best)});
    return all;
}

void write_test_pictures(const Pictures& test, const std::vector<std::string>& classes, const Confusion& confusion,
                         const std::vector<Prediction>& predictions, const Explain& explain, const fs::path& folder) {
    write_png(folder / "confusion.png", draw_confusion(confusion, classes));
    const std::vector<Prediction> shown = choose(test, predictions, predictions_shown, explain ? 2 : 1);
    write_png(folder / "predictions.png",
              draw_predictions(test, shown, title_of(test, predictions, shown), grid_columns, explain));
}

void write_results(const Results& r, const fs::path& out) {
    write_png(out / "curves.png", draw_curves(r.panels, r.x_title));
    write_file(out / "curves.svg", curves_svg(r.panels, r.x_title));
    write_test_pictures(r.sets.test, r.sets.training.classes, r.confusion, r.predictions, r.explain, out);
    write_file(out / "report.html", to_html({.title = r.folder.empty() ? "Generated characters" : r.folder,
                                             .facts = facts(r),
                                             .panels = r.panels,
                                             .x_title = r.x_title,
                                             .training = r.sets.training,
                                             .test = r.sets.test,
                                             .confusion = r.confusion,
                                             .predictions = r.predictions,
                                             .skipped = r.sets.skipped,
                                             .network = r.network,
                                             .train_bytes = r.bytes,
                                             .explain = r.explain,
                                             .augmented = r.augmented,
                                             .arena = r.arena,
                                             .curve = r.memory_curve,
                                             .curve_of = r.memory_curve_of}));
    if (r.sets.test.size() > 0)
        fmt::print("test accuracy {:.2f} % of {} photographs\n{}\n", 100 * r.final.test_accuracy, r.sets.test.size(),
                   beside_accuracy(r.confusion));
    else
        fmt::print("there was no photograph to test on\n");
    for (const std::string& hint : advice(outcome_of(r))) fmt::print("hint: {}\n", hint);
    fmt::print("In {} are:\n", escape_text(out.string()));
    for (const auto& [file, what] : {std::pair{"model.safetensors", "the model, for photos predict, test and inspect"},
                                     std::pair{"report.html", "all of it on one page, to open in a browser"},
                                     std::pair{"curves.png", "loss and accuracy after every epoch, from metrics.csv"},
                                     std::pair{"confusion.png", "which class was taken for which"},
                                     std::pair{"predictions.png", "test photographs, the wrong ones first"},
                                     std::pair{"augmentation.png", "what the network was shown in training"}})
        if (fs::exists(out / file)) fmt::print("  {:<18} {}\n", file, what);
}

}  // namespace photos
