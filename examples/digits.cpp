// digits: handwritten digits in IDX files, as MNIST has them.
//     digits FOLDER [epochs] [threads] [seed]     FOLDER holds train-images-idx3-ubyte.gz and so on
#include <fmt/format.h>

#include <dsl/typenet.hpp>
#include <exception>
#include <filesystem>
#include <runtime/data/idx.hpp>
#include <runtime/train/device.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

using Digits = Net<Image<1, 28, 28>, Batch<128>,
                   Seq<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN, Relu, Pool<2>,
                       Conv<32, 3>, BN, Relu, Conv<32, 3>, BN, Relu, Pool<2>,
                       Dense<128>, BN, Relu, Dropout<30>, Dense<10>>,
                   SoftmaxCrossEntropy>;

int main(int argc, char** argv) try {
    if (argc < 2) throw Error("name a folder with the IDX files: digits FOLDER [epochs] [threads] [seed]");
    const std::filesystem::path folder = argv[1];
    const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    const auto read = [&](const char* images, const char* labels) {
        const auto path = [&](const char* name) {
            const auto gz = folder / (std::string(name) + ".gz");
            return std::filesystem::exists(gz) ? gz : folder / name;
        };
        return read_digits(path(images), path(labels));
    };
    const Pictures training = read("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    const Pictures test = read("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    cpu::Backend backend = open_cpu("cpu", number(3, 0), "best");
    Model<Digits, Adam> model(backend, static_cast<std::uint64_t>(number(4, 1)));
    fmt::print("{}\n{}", backend.describe(), Digits::summary());

    TrainOptions options;
    options.batch = Digits::batch;
    options.epochs = number(2, 12);
    options.classes = training.classes;
    options.loader.augmentation = Augmentation::digits();
    options.loader.normalise = fit_normalise(training);
    options.loader.seed = model.seed();
    Progress progress;
    const auto epochs = train(model, Adam{.rate = 2e-3f, .weight_decay = 1e-4f}, training, test, options, progress,
                              [&](const EpochResult& e) {
                                  progress.say(fmt::format("epoch {:>2}  train {:.2f} %  test {:.2f} %  {:.0f} s", e.epoch,
                                                           100 * e.train_accuracy, 100 * e.test_accuracy, e.seconds));
                              });
    fmt::print("test accuracy {:.2f} % of {} digits\n", 100 * epochs.back().test_accuracy, test.size());
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
