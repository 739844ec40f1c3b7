#include "examples/photos/commands/train_options.hpp"

#include <CLI/CLI.hpp>

#include "examples/photos/commands/command.hpp"

namespace photos {

namespace {

void add_set_options(CLI::App& line, SetOptions& o, std::string& fit) {
    line.add_option("folder", o.folder, "photographs, one sub-folder per class");
    line.option_defaults()->group("Photographs");
    line.add_option("--test", o.test_folder, "a folder of its own to test on");
    line.add_option("--test-share", o.test_share, "share of every class to test on")
        ->capture_default_str()
        ->check(within(0.01, 0.99));
    line.add_option("--train-per-class", o.train_per_class, "train on so many of every class, test on the rest")
        ->check(CLI::Range(1, 1000000));
    line.add_option("--held-out", o.held_out_share, "share of every class's training photographs that --patience takes")
        ->capture_default_str()
        ->check(within(0.01, 0.99));
    line.add_option("--fit", fit,
                    "how photographs get the network's size: stretch shows all of each, pad too, with black beside it, "
                    "cover the middle of the network's proportions, centre seven eighths of that; auto: what the "
                    "network expects, or on pretrained weights what tells held out photographs apart better")
        ->capture_default_str()
        ->check(CLI::IsMember({"auto", "stretch", "cover", "pad", "centre"}));
    line.add_option("--cache", o.cache, "a folder that keeps decoded photographs, so that each is decoded once");
    add_ground_option(line, o.ground);
    line.add_flag("--follow-links", o.follow_links, "read what links lead to outside of the folders, too");
    add_unreadable_option(line, o.skip_unreadable);
    line.add_option("--generated", o.generated, "with no folder: drawings per character")
        ->capture_default_str()
        ->check(CLI::Range(10, 10000));
    line.add_option("--generated-test", o.generated_test,
                    "with no folder: drawings per character to test on; 0: half as many")
        ->capture_default_str()
        ->check(CLI::Range(0, 10000));
    line.add_option("--wrong-labels", o.wrong_labels, "with no folder: share of training labels that are wrong")
        ->capture_default_str()
        ->check(within(0, 0.5));
}

/// The network, and what it begins with. Returns the option that names weights.
CLI::Option* add_network_options(CLI::App& line, TrainArguments& a) {
    line.option_defaults()->group("Network");
    line.add_option("--network", a.network.network,
                    "one of those that photos networks lists; none: the program chooses, and says why");
    CLI::Option* pretrained = line.add_option("--pretrained", a.network.pretrained,
                                              "begin with the weights of this safetensors or PyTorch file (.pth)");
    CLI::Option* all = line.add_flag("--all-layers", a.all_layers,
                                     "begin with pretrained weights and train all layers by the recipe below; without "
                                     "it the last layer is trained, then all, where that is worth while");
    line.add_flag("--head-only", a.head_only, "of pretrained weights train only the last layer")->excludes(all);
    return pretrained;
}

/// How long a run is, and how its rate goes.
void add_schedule_options(CLI::App& line, RecipeOptions& o) {
    line.add_option(
            "--epochs", o.epochs,
            "passes over all photographs; 0: at least 40 and 1000 batches, or as many as suit pretrained weights")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    line.add_option("--iterations", o.iterations, "batches instead of epochs")->check(CLI::Range(1, 1000000000));
    line.add_option("--rate", o.rate,
                    "Adam's learning rate; in the second stage on pretrained weights as a part of what each tensor is")
        ->capture_default_str()
        ->check(within(1e-8, 1));
    line.add_option("--weight-decay", o.weight_decay, "pulls weights towards 0")
        ->capture_default_str()
        ->check(within(0, 1));
    line.add_option("--clip", o.clip, "the largest norm of all gradients together, as in 1; 0: any")
        ->capture_default_str()
        ->check(within(0, 1e6));
    line.add_option(
            "--schedule", o.schedule,
            "the learning rate after the warm-up: cosine falls to 0, constant stays, one-cycle rises and falls, step "
            "falls to a tenth after each third of the run")
        ->capture_default_str()
        ->check(CLI::IsMember({"cosine", "constant", "one-cycle", "step"}));
    line.add_option("--warm-up", o.warm_up, "part of the run in which the rate rises from 0")
        ->capture_default_str()
        ->check(within(0, 1));
    line.add_option("--patience", o.patience,
                    "stop after so many epochs without a better one on photographs held out of training, and keep the "
                    "best; 0: never")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
}

/// What is learnt from a photograph, and what becomes of the weights.
void add_regularisation_options(CLI::App& line, RecipeOptions& o) {
    line.add_option("--class-weights", o.class_weights,
                    "balanced: a class with few photographs counts as much as one with many")
        ->capture_default_str()
        ->check(CLI::IsMember({"none", "balanced"}));
    line.add_option("--augmentation", o.augmentation,
                    "none, light, strong, digits, trivial, or changes of them, as in "
                    "strong,flip=0,rotate=0.5:20,hue=0.5:0.1; without "
                    "it strong, in the second stage on pretrained weights light");
    line.add_option("--label-smoothing", o.label_smoothing,
                    "part of the target that all classes share; without it 0.1 for photographs in colour from scratch "
                    "and in the second stage on pretrained weights, else 0")
        ->check(within(0, 0.99));
    line.add_option("--mixup", o.mixup, "train on blends of two photographs; alpha, as in 0.2")
        ->capture_default_str()
        ->check(within(0, 100));
    line.add_option("--cutmix", o.cutmix,
                    "train on photographs with a rectangle of another one; alpha, as in 1; with --mixup a batch is "
                    "either")
        ->capture_default_str()
        ->check(within(0, 100));
    line.add_option(
            "--average", o.average,
            "keep a running mean of the weights with this decay; 0: the last ones; without it 0.99 for photographs in "
            "colour from scratch, else 0")
        ->check(within(0, 0.999999));
}

void add_run_options(CLI::App& line, TrainArguments& a, CLI::Option* pretrained) {
    line.option_defaults()->group("Run");
    line.add_option("--out", a.sets.output, "where the model, curves and pictures go")->capture_default_str();
    line.add_option(
        "--batch", a.batch,
        "photographs per step; auto: as many as fit into memory; none: 64, or as many as the network takes");
    line.add_option("--memory", a.memory,
                    "the most that training may take, as in 512M or 2G, by the batch that fits if none is named")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::PositiveNumber);
    line.add_option("--seed", a.sets.seed, "of weights, split, order and augmentation")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    CLI::Option* resume = line.add_flag("--resume", a.resume, "go on from the model in --out")->excludes(pretrained);
    line.add_option("--weights", a.weights, "begin with the weights of this safetensors file, as of PyTorch")
        ->excludes(resume)
        ->excludes(pretrained);
    line.add_flag("--live", a.live, "show the curves in the terminal; elsewhere a line per epoch");
    line.add_flag("--mirror", a.recipe.mirror, "test each photograph and its mirror image and average");
    line.add_option("--evaluate-limit", a.recipe.evaluate_limit, "test photographs after an epoch; 0: all")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000000));
}

/// The options, grouped by what they are about.
void add_train_options(CLI::App& line, TrainArguments& a) {
    a.sets.output = "photos-run";
    add_set_options(line, a.sets, a.fit);
    CLI::Option* pretrained = add_network_options(line, a);
    line.option_defaults()->group("Recipe");
    add_schedule_options(line, a.recipe);
    add_regularisation_options(line, a.recipe);
    add_run_options(line, a, pretrained);
    line.option_defaults()->group("Machine");
    add_machine_options(line, a.machine);
}

}  // namespace

Command add_train(CLI::App& program) {
    CLI::App* line = program.add_subcommand("train", "train on a folder, or on drawn characters when none is named");
    const auto arguments = std::make_shared<TrainArguments>();
    add_train_options(*line, *arguments);
    return {line, [arguments] { return train(*arguments); }};
}

}  // namespace photos
