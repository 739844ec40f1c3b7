// The training loop of a classifier on pictures: reads from top to bottom.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "runtime/data/loader.hpp"
#include "runtime/io/checkpoint.hpp"
#include "runtime/io/confusion.hpp"
#include "runtime/io/prediction_grid.hpp"
#include "runtime/train/best_model.hpp"
#include "runtime/train/feed.hpp"
#include "runtime/train/model.hpp"
#include "runtime/train/probabilities.hpp"
#include "runtime/train/progress.hpp"
#include "runtime/train/recipe.hpp"
#include "runtime/train/step_source.hpp"
#include "runtime/train/weight_average.hpp"

namespace tn {

/// How long and how to train.
struct TrainOptions {
    int batch = 64;
    std::int64_t iterations = 0;           ///< 0: as many as `epochs` take
    int epochs = 30;
    float warm_up = 0.05f;                 ///< part of the run over which the rate rises from 0
    bool cosine = true;                    ///< the rate then falls to 0 along a cosine (Loshchilov and Hutter, 2017)
    float label_smoothing = 0;             ///< part of the target that all classes share (Model::label_smoothing)
    float mixup = 0;                       ///< alpha of mixup (mix_pairs); 0: pictures are not mixed
    float average = 0;                     ///< decay of averaged weights (WeightAverage); 0: the last ones are kept
    std::vector<float> class_weights;      ///< of each class's samples (Model::class_weights); empty: all 1
    int patience = 0;                      ///< epochs without a better model that end the run (BestModel); 0: none do
    const Pictures* held_out = nullptr;    ///< what the patience looks at after every epoch: none of the other two sets
    bool mirror = false;                   ///< tests look at each picture and its mirror image and average
    int evaluate_limit = 0;                ///< test pictures looked at after an epoch; 0: all
    double evaluate_seconds = 0;           ///< at least so long between two evaluations; 0: after every epoch
    std::filesystem::path save_to;         ///< a checkpoint after every epoch; empty: none
    std::filesystem::path resume_from;     ///< a checkpoint of such a run to go on with; empty: from the start
    std::function<void(const ProgressState&)> after_step;  ///< told of every step, of the epoch that is under way
    std::function<bool()> stop;            ///< asked after every step, or 64 on a GPU: true ends the run, and saves
    Group* group = nullptr;                ///< processes that share every batch; all call train() alike. null: one alone
    LoaderOptions loader{};
    std::vector<std::string> classes;
};

/// What one epoch gave; values of pictures that were not looked at are NaN.
struct EpochResult {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();
    int epoch = 0;
    std::int64_t iteration = 0;
    double train_loss = 0, train_accuracy = 0;
    double test_loss = none, test_accuracy = none;
    double held_loss = none, held_accuracy = none;
    double seconds = 0;
    int best = 0;       ///< with a patience: which epoch is the best so far
    bool last = false;  ///< the run is over: all its steps are taken, or its patience is at an end
    Feed feed;  ///< of the run so far
};

/// The steps that a run on so many pictures takes in all.
inline std::int64_t run_length(const TrainOptions& o, int pictures) {
    if (o.iterations > 0) return o.iterations;
    const int batch = std::clamp(o.batch, 1, std::max(pictures, 1));
    return static_cast<std::int64_t>(o.epochs) * ((pictures + batch - 1) / batch);
}

/// The learning rate's factor at an iteration counted from 0.
inline float rate_factor(const TrainOptions& o, std::int64_t iteration, std::int64_t total) {
    const double warm = o.warm_up * static_cast<double>(total), at = static_cast<double>(iteration) + 1;
    if (at < warm) return static_cast<float>(at / warm);
    if (!o.cosine) return 1;
    const double share = (at - warm) / (static_cast<double>(total) - warm + 1);
    return static_cast<float>(0.5 * (1 + std::cos(3.14159265358979 * std::min(share, 1.0))));
}

/// Throws Error unless the model can take these pictures, `batch` at a time.
template <class M> void check_pictures(const M& model, const Pictures& pictures, int batch) {
    using N = typename M::network;
    if (batch < 1 || batch > model.batch())
        throw Error("a batch has 1 to " + std::to_string(model.batch()) + " pictures here, not " + std::to_string(batch));
    const PictureShape wanted{N::input.channels, N::input.height, N::input.width};
    if (pictures.size() > 0 && pictures.shape != wanted) {
        const auto text = [](PictureShape s) {
            return std::to_string(s.channels) + " x " + std::to_string(s.height) + " x " + std::to_string(s.width);
        };
        throw Error("the pictures are " + text(pictures.shape) + ", but the network's input is " + text(wanted));
    }
    for (int i = 0; i < pictures.size(); ++i)
        if (const int label = pictures.labels[static_cast<std::size_t>(i)]; label < 0 || label >= model.active_outputs())
            throw Error("picture " + std::to_string(i) + " has label " + std::to_string(label) + ", but the model has " +
                        std::to_string(model.active_outputs()) + " classes");
}

/// Evaluates the model on pictures as they are: loss, accuracy, and if wanted every prediction and the confusion. With
/// `mirror` the probabilities are the mean of each picture's and its mirror image's.
/// Throws Error when the model cannot take the pictures.
template <class M>
EpochResult evaluate(M& model, const Pictures& pictures, const Normalise& normal, int batch, int limit = 0,
                     Confusion* confusion = nullptr, std::vector<Prediction>* predictions = nullptr,
                     bool mirror = false) {
    check_pictures(model, pictures, batch);
    const int count = limit > 0 ? std::min(limit, pictures.size()) : pictures.size();
    double loss = 0;
    int right = 0;
    visit_probabilities(model, pictures, normal, batch, count, mirror, [&](int i, std::span<const float> p) {
        const int best = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
        const int truth = pictures.labels[static_cast<std::size_t>(i)];
        loss -= std::log(std::max(p[static_cast<std::size_t>(truth)], 1e-30f));
        right += best == truth;
        if (confusion) confusion->add(truth, best);
        if (predictions) predictions->push_back({i, best, p[static_cast<std::size_t>(best)]});
    });
    EpochResult r;
    r.test_loss = loss / count;
    r.test_accuracy = static_cast<double>(right) / count;
    return r;
}

namespace detail {

/// What an epoch that is under way has given so far; a checkpoint within an epoch keeps it.
struct EpochSums {
    double loss = 0;
    int right = 0, seen = 0;
};

std::string to_text(const EpochSums& sums);
/// Throws Error naming the file unless to_text wrote the text.
EpochSums epoch_sums(const std::string& text, const std::string& path);

inline constexpr const char* epoch_sums_key = "epoch so far";

/// Throws Error naming the file unless the checkpoint is of a run with these classes and this seed.
void check_same_run(const CheckpointInfo& saved, const std::vector<std::string>& classes, std::uint64_t seed,
                    const std::string& path);

/// What a run has besides the model.
struct RunState {
    EpochSums sums;
    std::optional<WeightAverage> average;
    std::optional<BestModel> best;
};

/// Saves the model that predicts best, the average if there is one, or the best epoch's; beside it what is trained on.
/// The model must be the average when there is one, and is as it was afterwards.
template <class M>
void save(const TrainOptions& o, const Recipe& recipe, M& model, RunState& run) {
    if (o.save_to.empty()) return;
    CheckpointInfo info;
    info.classes = o.classes;
    info.normalise = o.loader.normalise;
    add_recipe(recipe, info.more);
    if (run.sums.seen > 0) info.more[epoch_sums_key] = to_text(run.sums);
    std::vector<TensorView> beside;
    if (run.average) beside = run.average->views(model);
    if (run.best) {
        if (run.best->epoch() == 0) run.best->copy(model);
        info.more[BestModel::key] = run.best->to_text();
        const auto last = run.best->views(model);
        beside.insert(beside.end(), last.begin(), last.end());
        run.best->swap(model);
    }
    save_checkpoint(o.save_to, model, info, true, beside);
    if (run.best) run.best->swap(model);
}

/// Goes on from a checkpoint, which must be of such a run: another seed or other classes would mix up what was trained
/// and what is tested, another recipe would be a run that was never asked for.
template <class M>
void resume(M& model, const TrainOptions& o, const Recipe& recipe, RunState& run) {
    const std::string path = o.resume_from.string();
    const Safetensors file(o.resume_from);
    const CheckpointInfo saved = checkpoint_info(file, path);
    check_same_run(saved, o.classes, model.seed(), path);
    check_recipe(recipe, saved.more, path);
    if (const auto within = saved.more.find(epoch_sums_key); within != saved.more.end())
        run.sums = epoch_sums(within->second, path);
    if (run.average) run.average->restore(model, file, path);
    if (run.best) {
        run.best->from_text(file.metadata(BestModel::key), path);
        run.best->restore(model, file, path);
    }
    load_checkpoint(o.resume_from, model, true);
    if (run.best) run.best->swap(model);
    if (run.average) run.average->swap(model);
}

/// Ends the progress line also when an error ends the run.
struct EndOfLine {
    Progress& progress;
    ~EndOfLine() { progress.finish(); }
};

}  // namespace detail

/// Trains and returns what every epoch gave; `after_epoch` is told each one before its checkpoint is saved, so that
/// what it writes down is never behind the checkpoint. The run counts from the model's first step: one that has taken
/// some goes on after them, also within an epoch. With a patience the model is left as it was after its best epoch. A
/// run that was told to stop returns no epoch that is its `last`. Throws Error when an option is out of range, the
/// model cannot take the pictures, no step is left, the checkpoint is of another run or cannot be written, or the loss
/// is not finite; what was saved before stays.
template <class M, class Optimizer>
std::vector<EpochResult> train(M& model, Optimizer optimizer, const Pictures& training, const Pictures& test,
                               const TrainOptions& options, Progress& progress,
                               const std::function<void(const EpochResult&)>& after_epoch = {}) {
    if (options.iterations < 0 || (options.iterations == 0 && options.epochs < 1))
        throw Error("a run has at least 1 iteration or 1 epoch");
    if (!(options.warm_up >= 0 && options.warm_up <= 1))
        throw Error("the warm-up must be a part from 0 to 1 of the run, not " + std::to_string(options.warm_up));
    if (!(options.mixup >= 0 && options.mixup <= 100))
        throw Error("the alpha of mixup must be from 0 to 100, not " + std::to_string(options.mixup));
    if (options.patience != 0 && (!options.held_out || options.held_out->size() == 0))
        throw Error("a run with a patience needs pictures that are held out for it");
    model.label_smoothing(options.label_smoothing);
    model.class_weights(options.class_weights);
    LoaderOptions loading = options.loader;
    loading.batch = options.batch;
    SharedSteps shared(model, training, options.batch, options.mixup, options.group);
    const int largest_part = shared.part(options.batch);
    check_pictures(model, training, largest_part);
    check_pictures(model, test, largest_part);
    if (options.patience != 0) check_pictures(model, *options.held_out, largest_part);
    shared.limit(loading);
    StepSource<M, Optimizer> source(model, training, loading, shared, optimizer.weight_decay,
                                    options.average != 0 ? 1 : 64);
    const int per_epoch = source.batches_per_epoch();
    const std::int64_t total = run_length(options, training.size());
    const Recipe recipe = recipe_of(options, Optimizer::name, optimizer.rate, optimizer.weight_decay, training.size());
    detail::RunState run;
    auto& [sums, average, best] = run;
    if (options.average != 0) average.emplace(model, options.average);
    if (options.patience != 0) best.emplace(model, options.patience);
    if (!options.resume_from.empty()) detail::resume(model, options, recipe, run);
    shared.check_same(model.step());
    const auto begin = static_cast<std::int64_t>(model.step());
    if (begin >= total)
        throw Error("the model has taken " + std::to_string(begin) + " steps, and a run of " + std::to_string(total) +
                    " was asked for: ask for a longer one");
    if (const int done = static_cast<int>(begin / per_epoch); best && best->exhausted(done))
        throw Error("the run has ended after epoch " + std::to_string(done) + ", because none of the last " +
                    std::to_string(done - best->epoch()) + " was better than epoch " + std::to_string(best->epoch()));
    const detail::EndOfLine end_of_line{progress};
    const float rate = optimizer.rate;
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::vector<EpochResult> epochs;
    double last_evaluation = -1e9;
    FeedMeter meter(source.loader());
    meter.go();
    std::int64_t samples = 0;
    for (std::int64_t i = begin; i < total; ++i) {
        const TakenSteps taken = source.take(i, total, [&](std::int64_t at) {
            optimizer.rate = rate * rate_factor(options, at, total);
            return optimizer;
        });
        const BatchResult& result = taken.result;
        i += taken.count - 1;
        if (average) average->add(model, model.step());
        if (!std::isfinite(result.loss))
            throw Error("the loss is not finite at iteration " + std::to_string(i + 1) +
                        ": use a smaller learning rate");
        sums.loss += result.loss;
        sums.right += result.correct;
        sums.seen += result.n;
        samples += result.n;
        const ProgressState state{i + 1 - begin,
                                  total - begin,
                                  sums.loss / sums.seen,
                                  static_cast<double>(sums.right) / sums.seen,
                                  seconds(),
                                  static_cast<double>(samples) / seconds(),
                                  begin};
        progress.show(state);
        if (options.after_step) options.after_step(state);
        const bool last = i + 1 == total, whole_epoch = (i + 1) % per_epoch == 0;
        const bool stopping = !last && options.stop && options.stop(), ends_epoch = whole_epoch || last;
        if (!ends_epoch && !stopping) continue;
        meter.halt();
        if (average) average->swap(model);  // tested, saved and left behind is the average
        if (!ends_epoch) {
            detail::save(options, recipe, model, run);
            break;
        }
        EpochResult epoch;
        epoch.epoch = static_cast<int>(i / per_epoch) + 1;
        epoch.iteration = i + 1;
        epoch.train_loss = sums.loss / sums.seen;
        epoch.train_accuracy = static_cast<double>(sums.right) / sums.seen;
        if (best) {
            EpochResult held = evaluate(model, *options.held_out, loading.normalise, largest_part);
            if (options.group) {  // all go by what the first one found
                double of_first[2] = {held.test_loss, held.test_accuracy};
                if (options.group->rank() > 0) of_first[0] = of_first[1] = 0;
                options.group->sum(of_first);
                held.test_loss = of_first[0];
                held.test_accuracy = of_first[1];
            }
            epoch.held_loss = held.test_loss;
            epoch.held_accuracy = held.test_accuracy;
            best->offer(model, epoch.epoch, epoch.held_loss);
            epoch.best = best->epoch();
        }
        epoch.last = last || (best && best->exhausted(epoch.epoch));
        if (test.size() > 0 && (!stopping || epoch.last) &&
            (epoch.last || seconds() - last_evaluation >= options.evaluate_seconds)) {
            const EpochResult tested =
                evaluate(model, test, loading.normalise, largest_part, epoch.last ? 0 : options.evaluate_limit,
                         nullptr, nullptr, options.mirror);
            epoch.test_loss = tested.test_loss;
            epoch.test_accuracy = tested.test_accuracy;
            last_evaluation = seconds();
        }
        epoch.seconds = seconds();
        epoch.feed = meter.feed();
        if (whole_epoch) sums = {};
        epochs.push_back(epoch);
        if (after_epoch) after_epoch(epoch);
        detail::save(options, recipe, model, run);
        if (stopping || epoch.last) break;
        if (average) average->swap(model);
        meter.go();
    }
    if (best && best->epoch() > 0) best->swap(model);
    if (options.group) model.join(nullptr);
    return epochs;
}

}  // namespace tn
