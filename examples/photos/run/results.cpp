#include "examples/photos/run/results.hpp"

#include <fmt/format.h>

#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/report/confusion_chart.hpp"
#include "runtime/report/epoch_history.hpp"
#include "runtime/report/report.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

constexpr int predictions_shown = 48;

/// What stands at the top of the report.
std::vector<std::pair<std::string, std::string>> facts(const Results& r) {
    const RecipeOptions& c = r.recipe;
    const EpochResult& end = r.epochs.back();
    const std::string held = c.patience > 0 ? fmt::format("{} held out, ", r.sets.held_out.size()) : "";
    std::vector<std::pair<std::string, std::string>> all{
        {"test accuracy", r.sets.test.size() ? fmt::format("{:.2f} %", 100 * r.final.test_accuracy) : "no test"},
        {"photographs",
         fmt::format("{} to train on, {}{} to test on", r.sets.training.size(), held, r.sets.test.size())},
        {"classes", fmt::format("{}", r.options.classes.size())},
        {"training", fmt::format("{} epochs, {} steps of {}", end.epoch, end.iteration, r.options.batch)},
        {"this run took", fmt::format("{:.0f} s", end.seconds)},
        {"Adam", fmt::format("rate {:g}, {} after a warm-up of {:g}, weight decay {:g}", c.rate, c.schedule, c.warm_up,
                             c.weight_decay)},
        {"augmentation", c.augmentation},
        {"label smoothing, mixup, averaging", fmt::format("{:g}, {:g}, {:g}", c.label_smoothing, c.mixup, c.average)},
        {"class weights", c.class_weights},
        {"largest norm of the gradients", c.clip > 0 ? fmt::format("{:g}", c.clip) : "any"},
        {"waited for photographs", fmt::format("{:.1f} % of the time", 100 * end.loading.idle)},
        {"seed", fmt::format("{}", r.options.loader.seed)},
        {"machine", r.machine}};
    if (c.patience > 0)
        all.insert(all.begin() + 4, {"kept", fmt::format("epoch {}, the best on what was held out", end.best)});
    return all;
}

}  // namespace

void write_test_pictures(const Pictures& test, const std::vector<std::string>& classes, const Confusion& confusion,
                         const std::vector<Prediction>& predictions, const fs::path& folder) {
    write_png(folder / "confusion.png", draw_confusion(confusion, classes));
    write_png(folder / "predictions.png", draw_predictions(test, choose(test, predictions, predictions_shown),
                                                           title_of(test, predictions, predictions_shown)));
}

void write_results(const Results& r, const fs::path& out) {
    const std::vector<Panel> panels = history_panels(r.epochs);
    write_png(out / "curves.png", draw_curves(panels, "iteration"));
    write_file(out / "curves.svg", curves_svg(panels, "iteration"));
    write_test_pictures(r.sets.test, r.options.classes, r.confusion, r.predictions, out);
    const Picture augmented =
        augmentation_sheet(r.sets.training, r.options.loader.augmentation, r.options.loader.seed, 4, 7);
    write_file(out / "report.html", to_html({.title = r.folder.empty() ? "Generated characters" : r.folder,
                                             .facts = facts(r),
                                             .panels = panels,
                                             .x_title = "iteration",
                                             .training = r.sets.training,
                                             .test = r.sets.test,
                                             .confusion = r.confusion,
                                             .predictions = r.predictions,
                                             .skipped = r.sets.skipped,
                                             .network = r.network,
                                             .train_bytes = r.train_bytes,
                                             .augmented = augmented}));
    if (r.recipe.patience > 0)
        fmt::print("kept is the model of epoch {}, the best on the {} photographs held out\n", r.epochs.back().best,
                   r.sets.held_out.size());
    if (r.sets.test.size() > 0)
        fmt::print("test accuracy {:.2f} % of {} photographs\n", 100 * r.final.test_accuracy, r.sets.test.size());
    else
        fmt::print("there was no photograph to test on\n");
    fmt::print("In {} are:\n", escape_text(out.string()));
    for (const auto& [file, what] : {std::pair{"model.safetensors", "the model, for photos predict, test and inspect"},
                                     std::pair{"report.html", "all of it on one page, to open in a browser"},
                                     std::pair{"curves.png", "loss and accuracy after every epoch, from metrics.csv"},
                                     std::pair{"confusion.png", "which class was taken for which"},
                                     std::pair{"predictions.png", "test photographs, the wrong ones first"},
                                     std::pair{"augmentation.png", "what the network was shown in training"}})
        fmt::print("  {:<18} {}\n", file, what);
}

}  // namespace photos
