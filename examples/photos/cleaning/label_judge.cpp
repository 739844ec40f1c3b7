#include "examples/photos/cleaning/label_judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "examples/photos/networks/judge.hpp"
#include "examples/photos/networks/networks.hpp"
#include "examples/photos/run/head_training.hpp"
#include "runtime/train/features.hpp"
#include "runtime/train/label_doubts.hpp"
#include "runtime/train/out_of_fold.hpp"

namespace photos {

namespace {

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

/// Twenty passes over all photographs, but at least 600 batches and at most 1500.
std::int64_t enough_batches(int photographs, int batch) {
    return std::clamp<std::int64_t>(20 * ((photographs + batch - 1) / batch), 600, 1500);
}

}  // namespace

std::vector<LabelError> judge_labels(const Pictures& pictures, InferenceModel& model, const Normalise& normalise,
                                     const JudgeOptions& a) {
    Progress progress;
    const Features features = features_of(model, pictures, normalise, false, [&](int done) {
        if (done == pictures.size()) progress.say(fmt::format("features of {} photographs", done));
        return false;
    });
    std::vector<DecayTrial> trials;
    const float decay = choose_decay(features, a.folds, a.seed, trials);
    return find_doubted_labels(features, {.decay = decay, .folds = a.folds, .repeats = a.repeats, .seed = a.seed});
}

std::vector<LabelError> judge_labels(const Pictures& pictures, Networks& networks, const JudgeOptions& a) {
    const Pictures small = shrink(pictures, judge_shape);
    FoldOptions o;
    o.folds = a.folds;
    o.repeats = a.repeats;
    o.seed = a.seed;
    o.train.batch = std::min(32, small.size());
    o.train.epochs = a.epochs;
    if (!a.epochs) o.train.iterations = enough_batches(small.size(), o.train.batch);
    o.train.loader.augmentation = parse_augmentation(a.augmentation);
    Progress progress;
    const auto p = out_of_fold([&](std::uint64_t seed) { return networks.judge_model(seed); },
                               Adam{.rate = 1e-3f, .weight_decay = 1e-4f}, small, o, progress,
                               [&](int model, int of) {
                                   progress.say(fmt::format("model {} of {}, on the photographs of {} of {} folds",
                                                            model + 1, of, a.folds - 1, a.folds));
                               });
    return find_label_errors(p, small.labels, static_cast<int>(small.classes.size()));
}

}  // namespace photos
