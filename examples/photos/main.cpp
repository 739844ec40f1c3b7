// photos: trains an image classifier on a folder of photographs, one sub-folder a class, and uses it.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <sstream>

#include "commands.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"

namespace {

/// A number from low to high; CLI::Range would let NaN through.
CLI::Validator within(double low, double high) {
    std::ostringstream range;
    range << "from " << low << " to " << high;
    return CLI::Validator(
        [=, words = range.str()](std::string& text) {
            double value = 0;
            const bool number = CLI::detail::lexical_cast(text, value);
            return number && value >= low && value <= high ? "" : "'" + text + "' must be a number " + words;
        },
        range.str());
}

}  // namespace

int main(int argc, char** argv) {
    using namespace photos;
    CLI::App app{"Trains an image classifier on a folder of photographs, one sub-folder a class, and uses it."};
    app.require_subcommand(1);
    app.failure_message([](const CLI::App*, const CLI::Error& e) {
        return "error: " + tn::escape_text(e.what()) + "; photos --help and photos COMMAND --help say what there is\n";
    });
    Machine machine;
    const auto add_machine = [&](CLI::App* command) {
        command->add_option("--device", machine.device, "cpu, cuda or auto: the GPU where one works")
            ->capture_default_str();
        command->add_option("--precision", machine.precision, "on CUDA: fp32, tf32 or bf16")
            ->capture_default_str()
            ->check(CLI::IsMember({"fp32", "tf32", "bf16"}));
        command->add_option("--threads", machine.threads, "threads; 0: every core")->capture_default_str();
        command->add_option("--isa", machine.instructions, "best, portable, avx2 or avx512")->capture_default_str();
    };

    TrainCommand t;
    CLI::App* train_command =
        app.add_subcommand("train", "train on a folder, or on drawn characters when none is named");
    train_command->add_option("folder", t.folder, "photographs, one sub-folder a class");
    train_command->add_option("--test", t.test_folder, "a folder of its own to test on");
    train_command->add_option("--out", t.out, "where the model, curves and pictures go")->capture_default_str();
    train_command->add_option("--cache", t.cache,
                              "a folder that keeps decoded photographs, so that they are decoded once");
    train_command->add_option("--epochs", t.epochs, "times through all photographs; 0: at least 40 and 1000 batches")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    train_command->add_option("--iterations", t.iterations, "batches instead of epochs")
        ->check(CLI::Range(1, 1000000000));
    train_command->add_option("--batch", t.batch, "photographs a step; auto: as many as fit into memory")
        ->capture_default_str();
    train_command->add_option("--rate", t.rate, "Adam's learning rate")->capture_default_str()->check(within(1e-8, 1));
    train_command->add_option("--weight-decay", t.weight_decay, "pulls weights towards 0")
        ->capture_default_str()
        ->check(within(0, 1));
    train_command
        ->add_option("--schedule", t.schedule,
                     "how the rate goes on after the warm-up: cosine falls to 0, constant stays")
        ->capture_default_str()
        ->check(CLI::IsMember({"cosine", "constant"}));
    train_command->add_option("--warm-up", t.warm_up, "part of the run in which the rate rises from 0")
        ->capture_default_str()
        ->check(within(0, 1));
    train_command
        ->add_option("--patience", t.patience,
                     "stop after so many epochs without a better one on photographs held out of training, and keep the "
                     "best; 0: never")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    train_command
        ->add_option("--held-out", t.held_out, "share of every class's training photographs that --patience takes")
        ->capture_default_str()
        ->check(within(0.01, 0.99));
    train_command
        ->add_option("--class-weights", t.class_weights,
                     "balanced: a class with few photographs counts as much as one with many")
        ->capture_default_str()
        ->check(CLI::IsMember({"none", "balanced"}));
    train_command
        ->add_option("--augmentation", t.augmentation, "none, light, strong, digits, or strong,flip=0,rotate=0.5:20")
        ->capture_default_str();
    train_command->add_option("--label-smoothing", t.smoothing, "part of the target that all classes share, as in 0.1")
        ->capture_default_str()
        ->check(within(0, 0.99));
    train_command->add_option("--mixup", t.mixup, "train on blends of two photographs; alpha, as in 0.2")
        ->capture_default_str()
        ->check(within(0, 100));
    train_command
        ->add_option("--average", t.average,
                     "keep a running mean of the weights with this decay, as in 0.99; 0: the last ones")
        ->capture_default_str()
        ->check(within(0, 0.999999));
    train_command->add_flag("--mirror", t.mirror, "test each photograph and its mirror image and average");
    train_command->add_option("--test-share", t.test_share, "share of every class to test on")
        ->capture_default_str()
        ->check(within(0.01, 0.99));
    train_command
        ->add_option("--train-per-class", t.train_per_class, "train on so many of every class, test on the rest")
        ->check(CLI::Range(1, 1000000));
    train_command->add_option("--evaluate-limit", t.evaluate_limit, "test photographs after an epoch; 0: all")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000000));
    train_command->add_option("--seed", t.seed, "of weights, split, order and augmentation")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    train_command->add_flag("--live", t.live, "show the curves in the terminal; elsewhere a line an epoch");
    train_command->add_flag("--resume", t.resume, "go on from the model in --out");
    train_command->add_option("--weights", t.weights, "begin with the weights of this safetensors file, as of PyTorch")
        ->excludes("--resume");
    train_command->add_option("--generated", t.generated, "with no folder: drawings a character")
        ->capture_default_str()
        ->check(CLI::Range(10, 10000));
    train_command
        ->add_option("--generated-test", t.generated_test,
                     "with no folder: drawings a character to test on; 0: half as many")
        ->capture_default_str()
        ->check(CLI::Range(0, 10000));
    train_command
        ->add_option("--wrong-labels", t.wrong_labels, "with no folder: share of training labels that are wrong")
        ->capture_default_str()
        ->check(within(0, 0.5));
    add_machine(train_command);

    UseCommand u;
    CLI::App* test_command = app.add_subcommand("test", "measure a model on a folder");
    test_command->add_option("folder", u.folder, "photographs, one sub-folder a class")->required();
    test_command->add_option("--out", u.out, "a folder for the confusion matrix and the grid of predictions");
    CLI::App* predict_command = app.add_subcommand("predict", "print the class and probability of photographs");
    predict_command->add_option("files", u.files, "photographs, or folders of them")->required();
    CLI::App* inspect_command = app.add_subcommand("inspect", "print what a model is");
    for (CLI::App* command : {test_command, predict_command})
        command->add_flag("--mirror", u.mirror, "look at each photograph and its mirror image and average");
    for (CLI::App* command : {test_command, predict_command, inspect_command})
        command->add_option("--model", u.model, "the model")->capture_default_str();
    add_machine(test_command);
    add_machine(predict_command);
    add_machine(inspect_command);

    CleanCommand c;
    CLI::App* clean_command =
        app.add_subcommand("clean", "find wrong labels, near-duplicates and leaks into the test folder");
    clean_command->add_option("folder", c.folder,
                              "photographs, one sub-folder a class; none: drawn characters, as a trial");
    clean_command->add_option("--test", c.test_folder,
                              "the folder to test on, whose photographs must not be in the other");
    clean_command->add_option("--out", c.out, "where findings.csv and findings.png go")->capture_default_str();
    clean_command->add_option("--move", c.move, "move what is marked so in findings.csv to this folder");
    clean_command->add_option("--undo", c.undo, "put back all that was moved to this folder, and do nothing else");
    clean_command
        ->add_option("--folds", c.folds,
                     "parts that the photographs are dealt into, each judged by a model trained on the others; 0: "
                     "labels are not judged")
        ->capture_default_str()
        ->check(CLI::Range(0, 100));
    clean_command->add_option("--repeats", c.repeats, "times the whole is done, with other folds")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    clean_command->add_option("--epochs", c.epochs, "of each model; 0: as many as make 600 to 1500 batches")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    clean_command->add_option("--augmentation", c.augmentation, "as of train")->capture_default_str();
    clean_command
        ->add_option("--trial", c.trial,
                     "change this share of the labels on purpose, in memory, and tell how many are found")
        ->check(within(0, 0.5));
    clean_command->add_option("--generated", c.generated, "with no folder: drawings a character")
        ->capture_default_str()
        ->check(CLI::Range(10, 10000));
    clean_command->add_option("--seed", c.seed, "of weights, folds, order and augmentation")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    add_machine(clean_command);

    LiveCommand l;
    CLI::App* live_command =
        app.add_subcommand("live", "show how a training goes that runs elsewhere, until it ends or Ctrl-C");
    live_command->add_option("folder", l.folder, "what the training has as --out")->capture_default_str();

    ExportCommand x;
    CLI::App* export_command = app.add_subcommand("export", "write a model for other programs");
    export_command->add_option("--model", x.model, "the model")->capture_default_str();
    export_command->add_option("--weights", x.weights, "safetensors with the names of a PyTorch state_dict");
    export_command->add_option("--header", x.header, "a C++ header that needs nothing else");
    export_command->add_option("--name", x.name, "the namespace in that header")->capture_default_str();
    export_command->add_option("--onnx", x.onnx, "an ONNX model");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    try {
        const int status = *train_command     ? train(machine, t)
                           : *test_command    ? test(machine, u)
                           : *predict_command ? predict(machine, u)
                           : *clean_command   ? clean(machine, c)
                           : *live_command    ? live(l)
                           : *export_command  ? write_exports(x)
                                              : inspect(machine, u);
        if (std::fflush(stdout) != 0) throw tn::Error("the output cannot be written");
        return status;
    } catch (const std::exception& e) {
        std::fflush(stdout);
        std::cerr << "error: " << tn::escape_text(e.what()) << "\n";
        return 1;
    }
}
