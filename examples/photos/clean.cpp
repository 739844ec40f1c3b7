// photos clean: what in a folder of photographs looks wrong, and on request out of the way.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "findings.hpp"
#include "folders.hpp"
#include "networks.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/quarantine.hpp"
#include "runtime/data/synthetic.hpp"
#include "runtime/train/out_of_fold.hpp"

namespace photos {

namespace {

namespace fs = std::filesystem;

/// The pictures for the smaller network.
Pictures shrink(const Pictures& pictures, PictureShape shape) {
    Pictures small = pictures;
    small.shape = shape;
    small.pixels.clear();
    for (int i = 0; i < pictures.size(); ++i) {
        const auto bytes = pictures.picture(i);
        const Picture p = resize({pictures.shape, {bytes.begin(), bytes.end()}}, shape);
        small.pixels.insert(small.pixels.end(), p.pixels.begin(), p.pixels.end());
    }
    return small;
}

/// Twenty times through all, but at least 600 batches and at most 1500.
std::int64_t enough_batches(int photographs, int batch) {
    return std::clamp<std::int64_t>(20 * ((photographs + batch - 1) / batch), 600, 1500);
}

std::vector<LabelError> suspicious_labels(const Pictures& pictures, Networks& networks, const CleanCommand& c) {
    const Pictures small = shrink(pictures, judge_shape);
    FoldOptions o;
    o.folds = c.folds;
    o.repeats = c.repeats;
    o.seed = c.seed;
    o.train.batch = std::min(32, small.size());
    o.train.epochs = c.epochs;
    if (!c.epochs) o.train.iterations = enough_batches(small.size(), o.train.batch);
    o.train.loader.augmentation = parse_augmentation(c.augmentation);
    Progress progress;
    const auto p = out_of_fold([&](std::uint64_t seed) { return networks.judges(seed); },
                               Adam{.rate = 1e-3f, .weight_decay = 1e-4f}, small, o, progress,
                               [&](int model, int of) {
                                   progress.say(fmt::format("model {} of {}, on the photographs of {} of {} folds",
                                                            model + 1, of, c.folds - 1, c.folds));
                               });
    return find_label_errors(p, small.labels, static_cast<int>(small.classes.size()));
}

void print_trial(const std::vector<LabelError>& found, const std::vector<int>& wrong) {
    std::size_t hits = 0;
    for (const LabelError& s : found) hits += std::binary_search(wrong.begin(), wrong.end(), s.sample);
    const auto share = [](std::size_t part, std::size_t whole) {
        return whole ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 100;
    };
    fmt::print("trial: {} of {} wrong labels were found ({:.1f} %); of {} named, {} were wrong ({:.1f} %)\n", hits,
               wrong.size(), share(hits, wrong.size()), found.size(), hits, share(hits, found.size()));
}

}  // namespace

int clean(const Machine& machine, const CleanCommand& c) {
    if (!c.undo.empty()) {
        fmt::print("{} files were put back\n", restore_quarantined(c.undo));
        return 0;
    }
    if (c.folder.empty() && !c.move.empty()) throw Error("--move needs a folder of photographs to move from");
    if (c.trial > 0 && !c.move.empty())
        throw Error("--move cannot be asked for in a trial, whose labels are wrong on purpose");
    const auto networks = open_networks(machine);
    ThreadPool& threads = networks->threads();
    Pictures pictures = c.folder.empty() ? generate_characters(c.generated, picture_shape, c.seed)
                                         : read_folder(c.folder, picture_shape, threads);
    print_skipped(pictures);
    const double trial = c.folder.empty() && c.trial == 0 ? 0.05 : c.trial;
    const std::vector<int> wrong = flip_labels(pictures, trial, c.seed);
    if (c.folder.empty()) fmt::print("No folder was named, so pictures of three characters are generated.\n");
    if (trial > 0)
        fmt::print("{} of {} labels are wrong on purpose, to see whether they are found.\n", wrong.size(),
                   pictures.size());
    Pictures test;
    if (!c.test_folder.empty()) {
        FolderOptions same_classes;
        same_classes.classes = pictures.classes;
        test = read_folder(c.test_folder, picture_shape, threads, same_classes);
        print_skipped(test);
    }
    make_folder(c.out);
    if (c.folds > 0) fmt::print("{}\n", networks->describe());
    std::fflush(stdout);

    const Thumbnails thumbnails(pictures, threads);
    Findings findings;
    findings.copies = find_duplicates(thumbnails, threads);
    findings.leaks = find_duplicates(thumbnails, Thumbnails(test, threads), threads);
    if (c.folds > 0) findings.labels = suspicious_labels(pictures, *networks, c);

    const std::vector<int> to_move = proposed(findings, pictures);
    findings = closest(findings, pictures);
    write_file(fs::path(c.out) / "findings.csv", to_csv(findings, pictures, test, to_move));
    write_png(fs::path(c.out) / "findings.png", draw_findings(findings, pictures, test));
    if (c.folds > 0) fmt::print("{} labels look wrong\n", findings.labels.size());
    fmt::print("{} near-duplicates were found, {} of them in two classes\n", findings.copies.size(),
               std::count_if(findings.copies.begin(), findings.copies.end(),
                             [&](const Likeness& l) { return in_two_classes(l, pictures); }));
    if (!c.test_folder.empty()) fmt::print("{} photographs are in the folder to test on too\n", findings.leaks.size());
    if (trial > 0 && c.folds > 0) print_trial(findings.labels, wrong);
    fmt::print("In {} are findings.csv and findings.png.\n", escape_text(c.out));
    if (!c.move.empty()) {
        std::vector<std::string> files;
        for (const int i : to_move) files.push_back(pictures.files[static_cast<std::size_t>(i)]);
        if (files.empty()) {
            fmt::print("There is nothing to move.\n");
            return 0;
        }
        quarantine_files(c.folder, files, c.move);
        fmt::print("{} files were moved to {}; photos clean --undo {} puts them back\n", files.size(),
                   escape_text(c.move), escape_text(c.move));
    } else if (!c.folder.empty() && trial == 0) {
        fmt::print("Nothing was moved; --move FOLDER moves the {} photographs marked so in findings.csv.\n",
                   to_move.size());
    }
    return 0;
}

}  // namespace photos
