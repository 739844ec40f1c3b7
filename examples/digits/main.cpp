// digits: handwritten digits in IDX files, as MNIST has them.
//     digits FOLDER [--epochs N] [--device cpu|cuda|auto] [--precision fp32|tf32|bf16] [--threads N] [--seed N]
// FOLDER holds train-images-idx3-ubyte.gz and so on.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <runtime/core/escape_text.hpp>
#include <runtime/data/idx.hpp>
#include <runtime/train/machine.hpp>
#include <runtime/train/trainer.hpp>

#include "network.hpp"

using namespace tn;
using namespace digits;

int main(int argc, char** argv) try {
    std::filesystem::path folder;
    int epochs = 12, threads = 0, seed = 1;
    std::string device = "cpu", precision = "fp32";
    CLI::App app{"Learns handwritten digits from IDX files, as MNIST has them.", "digits"};
    app.add_option("folder", folder, "holds train-images-idx3-ubyte.gz and so on")->required();
    app.add_option("--epochs", epochs)->capture_default_str()->check(CLI::Range(1, 10000));
    app.add_option("--device", device, "cpu, cuda or auto: the GPU where one works")->capture_default_str();
    app.add_option("--precision", precision, "on CUDA: fp32, tf32 or bf16")->capture_default_str();
    app.add_option("--threads", threads, "0: every core")->capture_default_str();
    app.add_option("--seed", seed)->capture_default_str()->check(CLI::NonNegativeNumber);
    CLI11_PARSE(app, argc, argv);

    const std::string why_not = device == "cpu" ? "" : why_not_cuda();
    const bool on_cuda = chooses_cuda(device, why_not);
    const auto read = [&](const char* images, const char* labels) {
        const auto path = [&](const char* name) {
            const auto gz = folder / (std::string(name) + ".gz");
            return std::filesystem::exists(gz) ? gz : folder / name;
        };
        return read_digits(path(images), path(labels));
    };
    const Pictures training = read("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    const Pictures test = read("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    const std::unique_ptr<DigitsModel> opened =
        on_cuda ? open_cuda(precision, seed)
                : std::make_unique<ModelWithDevice<Digits, Adam, cpu::Device>>(
                      std::unique_ptr<cpu::Device>(new cpu::Device(open_cpu(threads, "best", precision))), seed);
    DigitsModel& model = *opened;
    fmt::print("{}{}\n{}", model.describe(), not_cuda(why_not), Digits::summary());

    TrainOptions options;
    options.batch = Digits::batch;
    options.epochs = epochs;
    options.classes = training.classes;
    options.loader.augmentation = Augmentation::digits();
    options.loader.normalise = fit_normalise(training);
    options.loader.seed = model.seed();
    Progress progress;
    const auto results =
        train(model, Adam{.rate = 2e-3f, .weight_decay = 1e-4f}, training, test, options, progress,
              [&](const EpochResult& e) {
                  progress.say(fmt::format("epoch {:>2}  train {:.2f} %  test {:.2f} %  {:.0f} s", e.epoch,
                                           100 * e.train_accuracy, 100 * e.test_accuracy, e.seconds));
              });
    fmt::print("test accuracy {:.2f} % of {} digits\n", 100 * results.back().test_accuracy, test.size());
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", escape_text(e.what()));
    return 1;
}
