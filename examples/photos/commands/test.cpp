// photos test: how right a model is on a folder of photographs whose classes are known.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/data/sets.hpp"
#include "examples/photos/networks/model.hpp"
#include "examples/photos/run/advice.hpp"
#include "examples/photos/run/heat_maps.hpp"
#include "examples/photos/run/results.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/train/evaluate.hpp"

namespace photos {

namespace {

struct TestArguments {
    Machine machine;
    std::string model = "photos-run/model.safetensors", folder, out;
    bool mirror = false, follow_links = false, skip_unreadable = false;
};

/// A share as "98.0 %", or "none" when there is nothing to take it of.
std::string percent(double share, bool defined) { return defined ? fmt::format("{:5.1f} %", 100 * share) : "   none"; }

void print_classes(const Confusion& confusion, const std::vector<std::string>& classes) {
    for (int k = 0; k < confusion.classes(); ++k) {
        int samples = 0, predicted = 0;
        for (int other = 0; other < confusion.classes(); ++other) {
            samples += confusion.count(k, other);
            predicted += confusion.count(other, k);
        }
        fmt::print("{:<24} precision {}  recall {}\n", escape_text(classes[k]),
                   percent(confusion.precision(k), predicted > 0), percent(confusion.recall(k), samples > 0));
    }
}

int test(const TestArguments& a) {
    const auto networks = open_networks(a.machine);
    const TrainedModel trained = open_model(a.model, *networks);
    const CheckpointInfo& info = trained.info;
    FolderOptions options;
    options.classes = info.classes;
    options.fit = trained.fit;
    options.follow_links = a.follow_links;
    options.ground = ground_of(info);
    allow_unreadable(options, a.skip_unreadable);
    if (!a.out.empty()) options.outputs = {a.out};
    const Pictures pictures = read_folder(a.folder, trained.network.shape, networks->threads(), options);
    std::optional<OutputFolder> out;
    if (!a.out.empty()) out.emplace(a.out);
    print_skipped(pictures);
    fmt::print("{}\n", describe(trained, *networks));
    Confusion confusion(static_cast<int>(info.classes.size()));
    std::vector<Prediction> predictions;
    const EpochResult r = evaluate(*trained.model, pictures, info.normalise, trained.model->batch(), 0, &confusion,
                                   &predictions, a.mirror);
    print_classes(confusion, info.classes);
    fmt::print("accuracy {:.2f} % of {} photographs, loss {:.4f}\n{}\n", 100 * r.test_accuracy, pictures.size(),
               r.test_loss, beside_accuracy(confusion));
    if (out)
        write_test_pictures(pictures, info.classes, confusion, predictions,
                            trained.int8
                                ? Explain{}  // heat maps need gradients
                                : explain_by_heat(*trained.models, trained.model->tensors(), pictures, info.normalise),
                            a.out);
    return 0;
}

}  // namespace

Command add_test(CLI::App& program) {
    CLI::App* line = program.add_subcommand("test", "measure a model on a folder");
    const auto a = std::make_shared<TestArguments>();
    line->add_option("folder", a->folder, "photographs, one sub-folder per class")->required();
    line->add_option("--model", a->model, "the model")->capture_default_str();
    line->add_option("--out", a->out, "a folder for the confusion matrix and the grid of predictions");
    line->add_flag("--mirror", a->mirror, "look at each photograph and its mirror image and average");
    line->add_flag("--follow-links", a->follow_links, "read what links lead to outside of the folder, too");
    add_unreadable_option(*line, a->skip_unreadable);
    add_machine_options(*line, a->machine);
    return {line, [a] { return test(*a); }};
}

}  // namespace photos
