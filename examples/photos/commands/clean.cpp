// photos clean: finds what looks wrong in a folder of photographs and, on request, moves it out of the way.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "examples/photos/cleaning/findings.hpp"
#include "examples/photos/cleaning/findings_page.hpp"
#include "examples/photos/cleaning/label_judge.hpp"
#include "examples/photos/cleaning/trial.hpp"
#include "examples/photos/commands/clean_moves.hpp"
#include "examples/photos/commands/command.hpp"
#include "examples/photos/data/sets.hpp"
#include "examples/photos/networks/networks.hpp"
#include "examples/photos/run/choose_network.hpp"
#include "examples/photos/run/recipe.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/output_folder.hpp"
#include "runtime/data/quarantine.hpp"
#include "runtime/data/synthetic.hpp"
#include "runtime/model/pretrained.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

struct CleanArguments {
    Machine machine;
    NetworkOptions network;
    std::string folder, test_folder, out = "photos-clean", move, undo, apply, augmentation = usual_augmentation,
                                     ground = "white";
    int folds = 5, repeats = 1, epochs = 0, generated = 200;
    double trial = 0, above = 0.9;
    std::uint64_t seed = 1;
    bool follow_links = false, skip_unreadable = false;
};

/// Pretrained weights judge where there are some, unless something is asked for that only networks have which are
/// trained for it.
ChosenNetwork choose_judge(const CleanArguments& a, const Networks& networks) {
    const bool trained = a.epochs > 0 || a.augmentation != usual_augmentation;
    if (trained && !a.network.pretrained.empty())
        throw Error("--epochs and --augmentation are of networks that are trained for it, not of --pretrained");
    if (!trained && a.folds > 0)
        if (ChosenNetwork chosen = choose_network(a.network, "", a.folder, networks); !chosen.pretrained.empty())
            return chosen;
    return {&known_network("grey-128"), "", {}};
}

/// What is searched. Reading it writes nothing; it throws tn::Error for what is not in order.
struct Inputs {
    Inputs(const CleanArguments& a, Networks& networks) : judge(choose_judge(a, networks)) {
        ThreadPool& threads = networks.threads();
        const PictureShape shape = judge.network->shape;
        check_augmentation(parse_augmentation(a.augmentation), shape);
        if (!a.move.empty()) check_quarantine(a.folder, a.move);
        FolderOptions options;
        options.outputs = {a.out};
        options.follow_links = a.follow_links;
        options.ground = parse_ground(a.ground);
        allow_unreadable(options, a.skip_unreadable);
        options.fit = judge.network->fit;
        pictures = a.folder.empty() ? generate_characters(a.generated, shape, a.seed)
                                    : read_folder(a.folder, shape, threads, options);
        print_skipped(pictures);
        if (a.folds > 0) stratified_folds(pictures.labels, static_cast<int>(pictures.classes.size()), a.folds, a.seed);
        if (!a.test_folder.empty()) {
            options.classes = pictures.classes;
            test = read_folder(a.test_folder, shape, threads, options);
            print_skipped(test);
        }
        trial = a.folder.empty() && a.trial == 0 ? 0.05 : a.trial;
        wrong = flip_labels(pictures, trial, a.seed);
    }

    ChosenNetwork judge;  ///< with pretrained weights it judges by its features, else networks are trained for it
    Pictures pictures, test;
    double trial = 0;        ///< share of the labels that are made wrong on purpose
    std::vector<int> wrong;  ///< the pictures that have these
};

void print_inputs(const Inputs& in, const CleanArguments& a) {
    if (a.folder.empty()) fmt::print("No folder was named, so pictures of three characters are generated.\n");
    if (in.trial > 0)
        fmt::print("{} of {} labels are wrong on purpose, to see whether they are found.\n", in.wrong.size(),
                   in.pictures.size());
}

std::vector<LabelError> judge_by_features(const Inputs& in, Networks& networks, const JudgeOptions& options) {
    const KnownNetwork& network = *in.judge.network;
    const auto models = networks.network(network);
    const auto model = models->inference_model();
    model->active_outputs(static_cast<int>(in.pictures.classes.size()));
    load_pretrained(read_weights_file(in.judge.pretrained), in.judge.pretrained, *model, network.tensor_names);
    fmt::print("labels are judged on the features of {}, {}\n", network.name, in.judge.why);
    return judge_labels(in.pictures, *model, network.normalise ? *network.normalise : fit_normalise(in.pictures),
                        options);
}

Findings find(const Inputs& in, Networks& networks, const CleanArguments& a) {
    ThreadPool& threads = networks.threads();
    const Thumbnails thumbnails(in.pictures, threads);
    Findings findings;
    findings.copies = find_duplicates(thumbnails, threads);
    findings.leaks = find_duplicates(thumbnails, Thumbnails(in.test, threads), threads);
    const JudgeOptions options{a.folds, a.repeats, a.epochs, a.augmentation, a.seed};
    if (a.folds > 0)
        findings.labels = in.judge.pretrained.empty() ? judge_labels(in.pictures, networks, options)
                                                      : judge_by_features(in, networks, options);
    return findings;
}

/// Of photographs in files, whose labels are those of their folders.
bool write_page(const Findings& findings, const Inputs& in, Networks& networks, const CleanArguments& a) {
    const fs::path page = fs::path(a.out) / "findings.html";
    const bool has_page = !a.folder.empty() && in.trial == 0 && count(findings) > 0;
    if (has_page)
        write_file(page,
                   findings_page(findings, in.pictures, in.test, a.folder, parse_ground(a.ground), networks.threads()));
    else
        fs::remove(page);  // of an earlier run
    return has_page;
}

void print_findings(const Findings& findings, const Inputs& in, const CleanArguments& a, bool has_page) {
    if (a.folds > 0) fmt::print("{} labels look wrong\n", findings.labels.size());
    fmt::print("{} near-duplicates were found, {} of them in two classes\n", findings.copies.size(),
               std::count_if(findings.copies.begin(), findings.copies.end(),
                             [&](const Likeness& l) { return in_two_classes(l, in.pictures); }));
    if (!a.test_folder.empty()) fmt::print("{} photographs are in the folder to test on too\n", findings.leaks.size());
    if (in.trial > 0 && a.folds > 0) print_trial(findings.labels, in.wrong);
    fmt::print("In {} are findings.csv and findings.png{}.\n", escape_text(a.out),
               has_page ? ", and findings.html to look at them in a browser and decide" : "");
}

int clean(const CleanArguments& a) {
    if (!a.undo.empty()) return undo_moves(a.undo);
    if (!a.apply.empty())
        return apply_decisions(a.apply, a.folder, a.move.empty() ? (fs::path(a.out) / "removed").string() : a.move);
    if (a.folder.empty() && !a.move.empty()) throw Error("--move needs a folder of photographs to move from");
    if (a.trial > 0 && !a.move.empty())
        throw Error("--move cannot be asked for in a trial, whose labels are wrong on purpose");
    const auto networks = open_networks(a.machine);
    const Inputs in(a, *networks);
    print_inputs(in, a);
    const OutputFolder out(a.out);
    if (a.folds > 0) fmt::print("{}\n", networks->describe());
    std::fflush(stdout);

    const Findings all = find(in, *networks, a);
    const std::vector<int> to_move = proposed(all, in.pictures, a.above);
    const Findings findings = closest(all, in.pictures);
    write_file(fs::path(a.out) / "findings.csv", to_csv(findings, in.pictures, in.test, to_move));
    write_png(fs::path(a.out) / "findings.png", draw_findings(findings, in.pictures, in.test));
    const bool has_page = write_page(findings, in, *networks, a);
    print_findings(findings, in, a, has_page);
    if (!a.move.empty())
        move_photographs(to_move, in.pictures, a.folder, a.move);
    else if (!a.folder.empty() && in.trial == 0)
        fmt::print("Nothing was moved; --move FOLDER moves the {} photographs marked so in findings.csv.\n",
                   to_move.size());
    return 0;
}

void add_search_options(CLI::App& line, CleanArguments& a) {
    line.add_option("--folds", a.folds,
                    "parts that the photographs are dealt into, each judged by a model trained on the others; 0: "
                    "labels are not judged")
        ->capture_default_str()
        ->check(CLI::Range(0, 100));
    line.add_option("--pretrained", a.network.pretrained,
                    "judge by the features of these weights; without it by those that photos weights has kept, if the "
                    "photographs are in colour, else by networks that are trained for it");
    line.add_option("--repeats", a.repeats, "how often all of that is done, with other folds each time")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    line.add_option("--epochs", a.epochs, "of each model; 0: as many as make 600 to 1500 batches")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    line.add_option("--augmentation", a.augmentation, "as for train")->capture_default_str();
    line.add_option("--trial", a.trial,
                    "change this share of the labels on purpose, in memory, and tell how many are found")
        ->check(within(0, 0.5));
    line.add_option("--generated", a.generated, "with no folder: drawings per character")
        ->capture_default_str()
        ->check(CLI::Range(10, 10000));
    line.add_option("--seed", a.seed, "of weights, folds, order and augmentation")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
}

}  // namespace

Command add_clean(CLI::App& program) {
    CLI::App* line =
        program.add_subcommand("clean", "find wrong labels, near-duplicates and leaks into the test folder");
    const auto a = std::make_shared<CleanArguments>();
    line->add_option("folder", a->folder, "photographs, one sub-folder per class; none: drawn characters, as a trial");
    line->add_option("--test", a->test_folder, "the folder to test on, whose photographs must not be in the other");
    line->add_option("--out", a->out, "where findings.html, findings.csv and findings.png go")->capture_default_str();
    CLI::Option* move =
        line->add_option("--move", a->move,
                         "move what is marked so in findings.csv to this folder; with --apply, what is to be removed");
    line->add_option("--above", a->above, "mark labels that are wrong with this chance or more")
        ->capture_default_str()
        ->check(within(0, 1));
    line->add_option(
        "--apply", a->apply,
        "do what this file says, which findings.html saves, and nothing else: relabel photographs, and move "
        "those that are to be removed to removed in the folder of --out");
    line->add_flag("--follow-links", a->follow_links, "read what links lead to outside of the folders, too")
        ->excludes(move);
    add_ground_option(*line, a->ground);
    add_unreadable_option(*line, a->skip_unreadable);
    line->add_option("--undo", a->undo,
                     "put back all that was moved to this folder or relabelled then, and do nothing else");
    add_search_options(*line, *a);
    add_machine_options(*line, a->machine);
    return {line, [a] { return clean(*a); }};
}

}  // namespace photos
