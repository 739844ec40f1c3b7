#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "folders.hpp"
#include "model.hpp"
#include "networks.hpp"
#include "results.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/probabilities.hpp"

namespace photos {

namespace {

/// Prints a picture's most probable class.
void print_prediction(const std::string& file, InferringModel& model, const CheckpointInfo& info, bool mirror) {
    const Pictures one = set_of(read_picture(file, picture_shape.channels));
    const auto p = probabilities(model, one, info.normalise, 1, mirror);
    const auto best = std::max_element(p.begin(), p.end());
    fmt::print("{}\t{}\t{:.4f}\n", escape_text(file),
               escape_text(info.classes[static_cast<std::size_t>(best - p.begin())]), *best);
}

/// Runs f; an error is printed and counted instead of ending the program.
template <class F> void attempt(int& failed, F f) {
    try {
        f();
    } catch (const Error& e) {
        std::fflush(stdout);
        fmt::print(stderr, "error: {}\n", escape_text(e.what()));
        ++failed;
    }
}

}  // namespace

int test(const Machine& machine, const UseCommand& c) {
    const auto networks = open_networks(machine);
    const auto infers = networks->infers();
    InferringModel& model = *infers;
    const CheckpointInfo info = load_model(c.model, model);
    FolderOptions same_classes;
    same_classes.classes = info.classes;
    const Pictures pictures = read_folder(c.folder, picture_shape, networks->threads(), same_classes);
    print_skipped(pictures);
    fmt::print("{}\n", networks->describe());
    Confusion confusion(static_cast<int>(info.classes.size()));
    std::vector<Prediction> predictions;
    const EpochResult r =
        evaluate(model, pictures, info.normalise, Network::batch, 0, &confusion, &predictions, c.mirror);
    for (int k = 0; k < confusion.classes(); ++k)
        fmt::print("{:<24} precision {:5.1f} %  recall {:5.1f} %\n",
                   escape_text(info.classes[static_cast<std::size_t>(k)]), 100 * confusion.precision(k),
                   100 * confusion.recall(k));
    fmt::print("accuracy {:.2f} % of {} photographs, loss {:.4f}\n", 100 * r.test_accuracy, pictures.size(),
               r.test_loss);
    if (!c.out.empty()) {
        make_folder(c.out);
        write_test_pictures(pictures, info.classes, confusion, predictions, c.out);
    }
    return 0;
}

int predict(const Machine& machine, const UseCommand& c) {
    const auto networks = open_networks(machine);
    if (machine.device != "cpu") fmt::print(stderr, "{}\n", networks->describe());  // standard output is the answers'
    const auto infers = networks->infers();
    InferringModel& model = *infers;
    const CheckpointInfo info = load_model(c.model, model);
    int failed = 0;
    for (const std::string& argument : c.files)
        attempt(failed, [&] {
            for (const std::string& file : picture_files(argument))
                attempt(failed, [&] { print_prediction(file, model, info, c.mirror); });
        });
    return failed ? 1 : 0;
}

int inspect(const Machine& machine, const UseCommand& c) {
    const auto networks = open_networks(machine);
    const Safetensors file(c.model);
    const CheckpointInfo info = checkpoint_info(file, c.model);
    fmt::print("network   {}\nstep      {}\nseed      {}\nclasses   {}:", escape_text(info.description), info.step,
               info.seed, info.classes.size());
    for (const std::string& name : info.classes) fmt::print(" {}", escape_text(name));
    fmt::print("\nmean      {}  deviation {}\n", info.normalise.mean[0], info.normalise.deviation[0]);
    int optimizer = 0;
    for (const auto& t : file.tensors()) {
        if (t.name.rfind("optimizer.", 0) == 0) {
            ++optimizer;
            continue;
        }
        // What averaged weights are the mean of, and the last epoch beside the best one.
        if (t.name.rfind("training.", 0) == 0 || t.name.rfind("last.", 0) == 0) continue;
        double squares = 0;
        for (float v : t.data) squares += static_cast<double>(v) * v;
        std::string shape;
        for (auto extent : t.shape) shape += fmt::format("{}{}", shape.empty() ? "" : "x", extent);
        fmt::print("  {:<24} {:<16} root mean square {:.5f}\n", escape_text(t.name), shape,
                   std::sqrt(squares / static_cast<double>(std::max<std::size_t>(t.data.size(), 1))));
    }
    fmt::print("{} tensors of the optimizer, to go on training\nmachine   {}\n", optimizer, networks->describe());
    for (const BuiltBatch& b : networks->batches())
        fmt::print("  training in batches of up to {:<4} needs {}\n", b.batch, format_bytes(b.bytes));
    fmt::print("  {} are free\n", format_bytes(networks->free_bytes()));
    return 0;
}

}  // namespace photos
