#include "sets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "folders.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/split.hpp"
#include "runtime/data/synthetic.hpp"

namespace photos {

using namespace tn;

namespace {

Sets split(const Pictures& all, const TrainCommand& c) {
    const SplitRule rule =
        c.train_per_class > 0 ? SplitRule(TrainPerClass{c.train_per_class}) : SplitRule(TestFraction{c.test_share});
    const Split s = stratified_split(all.labels, static_cast<int>(all.classes.size()), rule, c.seed);
    return {subset(all, s.train), subset(all, s.test), {}, all.skipped};
}

/// Drawn characters: some labels of the training set are wrong on purpose, those of the test set are right.
Sets draw_characters(const TrainCommand& c, PictureShape shape) {
    std::vector<int> wrong;
    Sets sets{generate_characters(c.generated, shape, c.seed, static_cast<float>(c.wrong_labels), &wrong),
              generate_characters(c.generated_test > 0 ? c.generated_test : std::max(1, c.generated / 2), shape,
                                  c.seed + 1'000'000),
              {},
              {}};
    fmt::print(
        "No folder was named, so pictures of three characters are generated:\n"
        "{} to train on, {} of them with a wrong label on purpose, and {} to test on.\n"
        "Name a folder to train on your own photographs.\n",
        sets.training.size(), wrong.size(), sets.test.size());
    return sets;
}

Sets read_folders(const TrainCommand& c, PictureShape shape, ThreadPool& pool) {
    FolderOptions options;
    options.cache = c.cache;
    const Pictures all = read_folder(c.folder, shape, pool, options);
    print_skipped(all);
    if (c.test_folder.empty()) return split(all, c);
    options.classes = all.classes;
    const Pictures test = read_folder(c.test_folder, shape, pool, options);
    print_skipped(test);
    std::vector<SkippedFile> skipped = all.skipped;
    skipped.insert(skipped.end(), test.skipped.begin(), test.skipped.end());
    return {all, test, {}, skipped};
}

/// What decides when to stop is neither trained on nor tested. Another seed than the first split's: the same one would
/// hold out the photographs whose numbers in their class the test has.
void hold_out(Sets& sets, const TrainCommand& c) {
    const Pictures all = std::move(sets.training);
    const Split s =
        stratified_split(all.labels, static_cast<int>(all.classes.size()), TestFraction{c.held_out}, c.seed + 1);
    sets.training = subset(all, s.train);
    sets.held_out = subset(all, s.test);
    if (sets.held_out.size() == 0)
        throw Error("--patience needs a class with 2 photographs to train on or more, one of which is held out");
}

}  // namespace

Sets read_sets(const TrainCommand& c, PictureShape shape, ThreadPool& pool) {
    Sets sets = c.folder.empty() ? draw_characters(c, shape) : read_folders(c, shape, pool);
    for (const std::string& name : sets.training.classes)
        if (!is_utf8(name)) throw Error(fmt::format("{}: the name of a class must be UTF-8", name));
    if (c.patience > 0) hold_out(sets, c);
    return sets;
}

}  // namespace photos
