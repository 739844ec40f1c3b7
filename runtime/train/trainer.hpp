// The training loop: train() and TrainingRun::run() read from top to bottom.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/not_finite.hpp"
#include "runtime/train/batch_source.hpp"
#include "runtime/train/data_parallel.hpp"
#include "runtime/train/evaluate.hpp"
#include "runtime/train/loader_stats.hpp"
#include "runtime/train/progress.hpp"
#include "runtime/train/recipe.hpp"
#include "runtime/train/run_is_over.hpp"
#include "runtime/train/run_state.hpp"
#include "runtime/train/train_options.hpp"

namespace tn {

namespace detail {

/// Ends the progress line also when an error ends the run.
struct EndOfLine {
    Progress& progress;
    ~EndOfLine() { progress.finish(); }
};

/// What a run works with; held_out is null where nothing is.
struct TrainingData {
    std::unique_ptr<AnyDataset> training, test, held_out;
};

/// Throws Error unless the model can take the data.
template <class M> void check_data(M& model, const AnyDataset& data, int batch, const std::string& name) {
    if (const Pictures* pictures = data.pictures())
        check_pictures(model, *pictures, batch);
    else
        check_samples(model, data, batch, name);
}

/// One call of train(), whose arguments must be in order and outlive it.
template <class M, class Optimizer> class TrainingRun {
public:
    /// Throws Error when there is nothing to begin or to go on with.
    TrainingRun(M& model, const Optimizer& optimizer, const TrainingData& data, const TrainOptions& options,
                DataParallel& shared, Progress& progress)
        : model_(model),
          optimizer_(optimizer),
          data_(data),
          options_(options),
          shared_(shared),
          progress_(progress),
          state_(model, options),
          source_(model, *data.training, loader_options(), shared, state_.average, optimizer.weight_decay,
                  {.mixup = options.mixup, .cutmix = options.cutmix, .average = options.average}),
          meter_(source_.loader()),
          total_(run_length(options, data.training->size())),
          schedule_(schedule_of(options, total_)),
          recipe_(recipe_of(options, Optimizer::name, optimizer.rate, optimizer.weight_decay, data.training->size(),
                            data.training->pictures() ? "photographs" : "samples")) {
        if (!options.resume_from.empty()) resume(model, options, recipe_, state_);
        shared.check_same(model.step());
        begin_ = done_ = model.step();
        check_not_over();
    }

    std::vector<EpochResult> run(const std::function<void(const EpochResult&)>& after_epoch) {
        const EndOfLine end_of_line{progress_};
        start_ = std::chrono::steady_clock::now();
        std::vector<EpochResult> epochs;
        for (bool over = false; !over;) {
            const bool stopped = take_steps();
            if (state_.average) state_.average->swap(model_);  // tested, saved and left behind is the average
            over = stopped;
            if (epoch_ends()) {
                epochs.push_back(end_epoch(stopped));
                if (after_epoch) after_epoch(epochs.back());
                over = stopped || epochs.back().last;
            }
            save(options_, recipe_, model_, state_);
            if (state_.average && !over) state_.average->swap(model_);
        }
        if (state_.best && state_.best->epoch() > 0) state_.best->swap(model_);
        shared_.leave(model_);
        return epochs;
    }

private:
    bool epoch_is_whole() const { return done_ % source_.batches_per_epoch() == 0; }
    bool epoch_ends() const { return epoch_is_whole() || done_ == total_; }

    /// Trains up to the end of the epoch or until it is told to stop, and returns whether it was told.
    bool take_steps() {
        meter_.go();
        source_.begin();
        bool stopped = false;
        do {
            take_step();
            stopped = done_ < total_ && options_.stop && options_.stop();
        } while (!stopped && !epoch_ends());
        source_.end();
        meter_.halt();
        return stopped;
    }

    /// Takes one step, or as many as a device that keeps the pictures takes together.
    void take_step() {
        const TakenSteps taken = take_from_source();
        done_ += taken.count;
        if (!std::isfinite(taken.result.loss)) throw diverged("the loss", done_);
        if (!std::isfinite(taken.result.gradient_norm)) throw diverged("the norm of the gradients", done_);
        state_.sums.add(taken.result);
        samples_ += taken.result.n;
        show_progress();
    }

    /// A model on the host refuses a step that would spoil it; one whose device takes several steps has taken them.
    TakenSteps take_from_source() {
        try {
            return source_.take(done_, total_, [this](std::int64_t at) {
                Optimizer optimizer = optimizer_;
                optimizer.rate = optimizer_.rate * schedule_.rate(static_cast<double>(at));
                return optimizer;
            });
        } catch (const NotFinite& refused) {
            throw diverged(refused.quantity, done_ + 1);
        }
    }
    static Error diverged(const std::string& quantity, std::int64_t iteration) {
        return Error(quantity + " is not finite at iteration " + std::to_string(iteration) +
                     ": use a smaller learning rate");
    }

    /// Of the epoch so far; none where the loss says nothing of right and wrong.
    double accuracy() const { return tells_right<M>() ? state_.sums.accuracy() : EpochResult::none; }

    void show_progress() {
        const double seconds = this->seconds();
        const ProgressState state{done_ - begin_, total_ - begin_, state_.sums.mean_loss(),
                                  accuracy(),     seconds,         static_cast<double>(samples_) / seconds,
                                  begin_};
        progress_.show(state);
        if (options_.after_step) options_.after_step(state);
    }

    EpochResult end_epoch(bool stopped) {
        EpochResult epoch;
        epoch.epoch = static_cast<int>((done_ - 1) / source_.batches_per_epoch()) + 1;
        epoch.iteration = done_;
        epoch.train_loss = state_.sums.mean_loss();
        epoch.train_accuracy = accuracy();
        if (state_.best) look_at_held_out(epoch);
        epoch.last = done_ == total_ || (state_.best && state_.best->exhausted(epoch.epoch));
        if (epoch.last || (!stopped && seconds() - last_test_ >= options_.evaluate_seconds)) test(epoch);
        epoch.seconds = seconds();
        epoch.loading = meter_.stats();
        if (epoch_is_whole()) state_.sums = {};
        return epoch;
    }

    void look_at_held_out(EpochResult& epoch) {
        const EpochResult held = measure(*data_.held_out, 0, false);
        double found[2] = {held.test_loss, held.test_accuracy};
        shared_.take_from_first(found);
        epoch.held_loss = found[0];
        epoch.held_accuracy = found[1];
        state_.best->offer(model_, epoch.epoch, epoch.held_loss);
        epoch.best = state_.best->epoch();
    }

    void test(EpochResult& epoch) {
        if (data_.test->size() == 0) return;
        const EpochResult tested = measure(*data_.test, epoch.last ? 0 : options_.evaluate_limit, options_.mirror);
        epoch.test_loss = tested.test_loss;
        epoch.test_accuracy = tested.test_accuracy;
        last_test_ = seconds();
    }

    EpochResult measure(const AnyDataset& data, int limit, bool mirror) {
        if (const Pictures* pictures = data.pictures())
            return evaluate(model_, *pictures, options_.loader.normalise, largest_part(), limit, nullptr, nullptr,
                            mirror);
        if constexpr (requires { model_.evaluate(1); }) return evaluate(model_, data, largest_part(), limit);
        throw Error("a model behind virtual functions trains on pictures");
    }

    void check_not_over() const {
        const std::string steps = "the model has taken " + std::to_string(begin_) + " steps, and a run of " +
                                  std::to_string(total_) + " was asked for: ask for a longer one";
        if (begin_ > total_) throw Error(steps);
        if (begin_ == total_) throw RunIsOver(steps);
        const int epochs = static_cast<int>(begin_ / source_.batches_per_epoch());
        if (const auto& best = state_.best; best && best->exhausted(epochs))
            throw RunIsOver("the run has ended after epoch " + std::to_string(epochs) + ", because none of the last " +
                            std::to_string(epochs - best->epoch()) + " was better than epoch " +
                            std::to_string(best->epoch()));
    }

    LoaderOptions loader_options() const {
        LoaderOptions loading = options_.loader;
        loading.batch = options_.batch;
        shared_.limit(loading);
        return loading;
    }

    int largest_part() const { return shared_.part(options_.batch); }

    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

    M& model_;
    const Optimizer optimizer_;
    const TrainingData& data_;
    const TrainOptions& options_;
    DataParallel& shared_;
    Progress& progress_;
    RunState state_;
    BatchSource<M, Optimizer> source_;
    LoaderMeter meter_;
    const std::int64_t total_;
    const RateSchedule schedule_;  // of the rate's factor
    const Recipe recipe_;
    std::int64_t begin_ = 0, done_ = 0;  // steps of the whole run: when this call began, and now
    std::int64_t samples_ = 0;
    std::chrono::steady_clock::time_point start_;
    double last_test_ = -1e9;  // in seconds since the start
};

}  // namespace detail

/// Trains on data of any kind (Dataset, SampleRange or Pictures), tests on such data, and returns what every epoch
/// gave; `after_epoch` is told each one before its checkpoint is saved, so that what it writes down is never behind the
/// checkpoint. The run counts from the model's first step: one that has taken some goes on after them, also within an
/// epoch. With a patience the model is left as it was after its best epoch. A run that was told to stop returns no
/// epoch that is its `last`. Throws Error when an option is out of range, the model cannot take the samples, no step is
/// left, the checkpoint is of another run or cannot be written, or the loss is not finite; what was saved before stays.
template <class M, class Optimizer, Trainable Training, Trainable Test>
std::vector<EpochResult> train(M& model, Optimizer optimizer, const Training& training, const Test& test,
                               const TrainOptions& options, Progress& progress,
                               const std::function<void(const EpochResult&)>& after_epoch = {}) {
    if constexpr (std::is_same_v<Training, Pictures> && requires { typename M::network; })
        static_assert(LossTraits<typename M::network::loss>::labels(M::network::output) == 1,
                      "typenet: the pictures of a folder have one class each, not one a pixel: train such a network on "
                      "a data set of your own");
    check_options(options);
    model.label_smoothing(options.label_smoothing);
    if constexpr (requires { model.class_weights(options.class_weights); })
        model.class_weights(options.class_weights);
    else if (!options.class_weights.empty())
        throw Error("the network's loss has no classes to weigh");
    model.clip_gradients(options.clip);
    const PictureOptions pictures{options.loader.augmentation, options.loader.normalise};
    const detail::TrainingData data{any_dataset(training, pictures), any_dataset(test, pictures),
                                    options.patience != 0 ? options.held_out.open(pictures) : nullptr};
    DataParallel shared(model, *data.training, options.batch, {options.mixup, options.cutmix}, options.group);
    const int largest_part = shared.part(options.batch);
    detail::check_data(model, *data.training, largest_part, "the samples to train on");
    detail::check_data(model, *data.test, largest_part, "the samples to test on");
    if (data.held_out) detail::check_data(model, *data.held_out, largest_part, "the samples held out");
    detail::TrainingRun<M, Optimizer> run(model, optimizer, data, options, shared, progress);
    return run.run(after_epoch);
}

}  // namespace tn
