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
#include "runtime/train/model.hpp"
#include "runtime/train/probabilities.hpp"
#include "runtime/train/progress.hpp"
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
    bool mirror = false;                   ///< tests look at each picture and its mirror image and average
    int evaluate_limit = 0;                ///< test pictures looked at after an epoch; 0: all
    double evaluate_seconds = 0;           ///< at least so long between two evaluations; 0: after every epoch
    std::filesystem::path save_to;         ///< a checkpoint after every epoch; empty: none
    std::filesystem::path resume_from;     ///< a checkpoint of such a run to go on with; empty: from the start
    std::function<bool()> stop;            ///< asked after every step, or 64 on a GPU: true ends the run, and saves
    LoaderOptions loader{};
    std::vector<std::string> classes;
};

/// What one epoch gave; test values are NaN where there was no test.
struct EpochResult {
    int epoch = 0;
    std::int64_t iteration = 0;
    double train_loss = 0, train_accuracy = 0;
    double test_loss = std::numeric_limits<double>::quiet_NaN();
    double test_accuracy = std::numeric_limits<double>::quiet_NaN();
    double seconds = 0;
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

template <class M>
void save(const TrainOptions& o, const Normalise& normalise, M& model, const EpochSums& sums,
          std::optional<WeightAverage>& average) {
    if (o.save_to.empty()) return;
    CheckpointInfo info;
    info.classes = o.classes;
    info.normalise = normalise;
    if (sums.seen > 0) info.more[epoch_sums_key] = to_text(sums);
    save_checkpoint(o.save_to, model, info, true, average ? average->views(model) : std::vector<TensorView>());
}

/// Goes on from a checkpoint, which must be of such a run: another seed or other classes would mix up what was trained
/// and what is tested.
template <class M> EpochSums resume(M& model, const TrainOptions& o, std::optional<WeightAverage>& average) {
    const std::string path = o.resume_from.string();
    const Safetensors file(o.resume_from);
    const CheckpointInfo saved = checkpoint_info(file, path);
    if (saved.seed != model.seed())
        throw Error(path + ": is of a run with seed " + std::to_string(saved.seed) + ", not " +
                    std::to_string(model.seed()) + ": go on with the same seed");
    if (saved.classes != o.classes) throw Error(path + ": is of a run with other classes");
    const auto within = saved.more.find(epoch_sums_key);
    const EpochSums sums = within == saved.more.end() ? EpochSums{} : epoch_sums(within->second, path);
    if (average)
        average->restore(model, file, path);
    else if (file.find("training." + model.tensors()[0].name))
        throw Error(path + ": is of a run that averaged its weights");
    load_checkpoint(o.resume_from, model, true);
    if (average) average->swap(model);
    return sums;
}

/// Ends the progress line also when an error ends the run.
struct EndOfLine {
    Progress& progress;
    ~EndOfLine() { progress.finish(); }
};

}  // namespace detail

/// Trains and returns what every epoch gave; `after_epoch` is told each one, and its checkpoint is saved before that.
/// The run counts from the model's first step: one that has taken some goes on after them, also within an epoch. A run
/// that was told to stop has taken less than run_length() steps. Throws Error when an option is out of range, the model
/// cannot take the pictures, no step is left, the checkpoint is of another run or cannot be written, or the loss is not
/// finite; what was saved before stays.
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
    model.label_smoothing(options.label_smoothing);
    check_pictures(model, training, options.batch);
    check_pictures(model, test, options.batch);
    LoaderOptions loading = options.loader;
    loading.batch = options.batch;
    StepSource<M, Optimizer> source(model, training, loading, options.mixup, optimizer.weight_decay,
                                    options.average != 0 ? 1 : 64);
    const int per_epoch = source.batches_per_epoch();
    const std::int64_t total = run_length(options, training.size());
    std::optional<WeightAverage> average;
    if (options.average != 0) average.emplace(model, options.average);
    detail::EpochSums sums;
    if (!options.resume_from.empty()) sums = detail::resume(model, options, average);
    const auto begin = static_cast<std::int64_t>(model.step());
    if (begin >= total)
        throw Error("the model has taken " + std::to_string(begin) + " steps, and a run of " + std::to_string(total) +
                    " was asked for: ask for a longer one");
    const detail::EndOfLine end_of_line{progress};
    const float rate = optimizer.rate;
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::vector<EpochResult> epochs;
    double last_evaluation = -1e9;
    std::int64_t samples = 0;
    for (std::int64_t i = begin; i < total; ++i) {
        const auto batch = source.take(i, total, [&](std::int64_t at) {
            optimizer.rate = rate * rate_factor(options, at, total);
            return optimizer;
        });
        const BatchResult& result = batch.result;
        i += batch.count - 1;
        if (average) average->add(model, model.step());
        if (!std::isfinite(result.loss))
            throw Error("the loss is not finite at iteration " + std::to_string(i + 1) +
                        ": use a smaller learning rate");
        sums.loss += result.loss;
        sums.right += result.correct;
        sums.seen += result.n;
        samples += result.n;
        progress.show({i + 1 - begin, total - begin, sums.loss / sums.seen,
                       static_cast<double>(sums.right) / sums.seen, seconds(),
                       static_cast<double>(samples) / seconds()});
        const bool last = i + 1 == total;
        const bool stopping = !last && options.stop && options.stop(), ends_epoch = batch.index + 1 == per_epoch || last;
        if (!ends_epoch && !stopping) continue;
        if (average) average->swap(model);  // tested, saved and left behind is the average
        if (!ends_epoch) {
            detail::save(options, loading.normalise, model, sums, average);
            break;
        }
        EpochResult epoch;
        if (test.size() > 0 && !stopping && (last || seconds() - last_evaluation >= options.evaluate_seconds)) {
            epoch = evaluate(model, test, loading.normalise, options.batch, last ? 0 : options.evaluate_limit, nullptr,
                             nullptr, options.mirror);
            last_evaluation = seconds();
        }
        epoch.epoch = static_cast<int>(batch.epoch) + 1;
        epoch.iteration = i + 1;
        epoch.train_loss = sums.loss / sums.seen;
        epoch.train_accuracy = static_cast<double>(sums.right) / sums.seen;
        epoch.seconds = seconds();
        if (batch.index + 1 == per_epoch) sums = {};
        detail::save(options, loading.normalise, model, sums, average);
        epochs.push_back(epoch);
        if (after_epoch) after_epoch(epoch);
        if (stopping) break;
        if (average && !last) average->swap(model);
    }
    return epochs;
}

}  // namespace tn
