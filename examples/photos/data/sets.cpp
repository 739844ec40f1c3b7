#include "examples/photos/data/sets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "examples/photos/data/colour.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/split.hpp"
#include "runtime/data/synthetic.hpp"

namespace photos {

using namespace tn;

namespace {

constexpr std::size_t named_of_a_kind = 3;

Sets split(const Pictures& all, const SetOptions& o) {
    const SplitRule rule =
        o.train_per_class > 0 ? SplitRule(TrainPerClass{o.train_per_class}) : SplitRule(TestFraction{o.test_share});
    const Split s = stratified_split(all, rule, o.seed);
    return {subset(all, s.train), subset(all, s.test), {}, all.skipped};
}

/// Drawn characters: some labels of the training set are wrong on purpose, those of the test set are right.
Sets draw_characters(const SetOptions& o, PictureShape shape) {
    std::vector<int> wrong;
    Sets sets{generate_characters(o.generated, shape, o.seed, static_cast<float>(o.wrong_labels), &wrong),
              generate_characters(o.generated_test > 0 ? o.generated_test : std::max(1, o.generated / 2), shape,
                                  o.seed + 1'000'000),
              {},
              {}};
    fmt::print(
        "No folder was named, so pictures of three characters are generated:\n"
        "{} to train on, {} of them with a wrong label on purpose, and {} to test on.\n"
        "Name a folder to train on your own photographs.\n",
        sets.training.size(), wrong.size(), sets.test.size());
    return sets;
}

Sets read_folders(const SetOptions& o, PictureShape shape, Fit fit, ThreadPool& pool) {
    FolderOptions options;
    options.fit = fit;
    options.cache = o.cache;
    options.outputs = {o.output};
    options.follow_links = o.follow_links;
    options.ground = parse_ground(o.ground);
    allow_unreadable(options, o.skip_unreadable);
    const Pictures all = read_folder(o.folder, shape, pool, options);
    if (!o.quiet) print_skipped(all);
    if (!o.quiet && shape.channels == 1 && are_in_colour(all))
        fmt::print(
            "The photographs are in colour; this network reads them in grey, and what only colour tells apart it "
            "cannot learn.\n");
    if (o.test_folder.empty()) return split(all, o);
    options.classes = all.classes;
    const Pictures test = read_folder(o.test_folder, shape, pool, options);
    if (!o.quiet) print_skipped(test);
    std::vector<SkippedFile> skipped = all.skipped;
    skipped.insert(skipped.end(), test.skipped.begin(), test.skipped.end());
    return {all, test, {}, skipped};
}

/// What decides when to stop is neither trained on nor tested. The seed is not that of the first split, with which the
/// photographs would be held out whose numbers in their class the test has.
void hold_out(Sets& sets, const SetOptions& o) {
    const Pictures all = std::move(sets.training);
    const Split s = stratified_split(all, TestFraction{o.held_out_share}, o.seed + 1);
    sets.training = subset(all, s.train);
    sets.held_out = subset(all, s.test);
    if (sets.held_out.size() == 0)
        throw Error("--patience needs a class with 2 photographs to train on or more, one of which is held out");
}

}  // namespace

void allow_unreadable(FolderOptions& options, bool skip) {
    if (skip) options.unreadable = 1;
    options.unreadable_advice = "; --skip-unreadable goes on without them";
}

void print_skipped(const Pictures& pictures) {
    std::map<std::string_view, std::vector<std::string_view>> of_reason;
    for (const SkippedFile& s : pictures.skipped) of_reason[s.reason].push_back(s.path);
    for (const SkippedFile& s : pictures.skipped) {
        const auto& alike = of_reason[s.reason];
        if (alike.size() <= named_of_a_kind) {
            fmt::print("skipped {}: {}\n", escape_text(s.path), escape_text(s.reason));
        } else if (s.path == alike.front()) {
            std::vector<std::string> named;
            for (std::size_t i = 0; i < named_of_a_kind; ++i) named.push_back(escape_text(alike[i]));
            fmt::print("skipped {} and {} more: {}\n", fmt::join(named, ", "), alike.size() - named_of_a_kind,
                       escape_text(s.reason));
        }
    }
}

Sets read_sets(const SetOptions& o, PictureShape shape, Fit fit, ThreadPool& pool) {
    Sets sets = o.folder.empty() ? draw_characters(o, shape) : read_folders(o, shape, fit, pool);
    for (const std::string& name : sets.training.classes)
        if (!is_utf8(name)) throw Error(fmt::format("{}: the name of a class must be UTF-8", name));
    if (o.hold_out) hold_out(sets, o);
    return sets;
}

}  // namespace photos
