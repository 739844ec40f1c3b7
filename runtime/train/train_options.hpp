// What a caller chooses of a training run, and what follows from it: its length and its learning rate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dsl/optim/rate_schedule.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/loader.hpp"
#include "runtime/train/dataset_pointer.hpp"
#include "runtime/train/progress.hpp"

namespace tn {

/// How the rate goes over a run, after its warm-up: it stays, falls to 0 along a cosine, rises and falls (OneCycle), or
/// falls to a tenth after each third (StepDecay).
enum class RunSchedule { constant, cosine, one_cycle, step };

/// "constant", "cosine", "one-cycle" or "step", and back; throws Error when it is none of them.
const char* name(RunSchedule schedule);
RunSchedule parse_schedule(const std::string& name);

/// How long and how to train.
struct TrainOptions {
    int batch = 64;
    std::int64_t iterations = 0;  ///< 0: as many as `epochs` take
    int epochs = 30;
    float warm_up = 0.05f;                       ///< part of the run over which the rate rises from 0
    RunSchedule schedule = RunSchedule::cosine;  ///< of the rate after that
    float label_smoothing = 0;                   ///< part of the target that all classes share (Model::label_smoothing)
    float mixup = 0;                             ///< alpha of mixup (draw_blends); 0: samples are not blended
    float cutmix = 0;                            ///< alpha of CutMix (draw_cuts), of pictures; with mixup: either
    float average = 0;                  ///< decay of averaged weights (WeightAverage); 0: the last ones are kept
    float clip = 0;                     ///< the largest norm of all gradients (Model::clip_gradients); 0: any
    std::vector<float> class_weights;   ///< of each class's samples (Model::class_weights); empty: all 1
    int patience = 0;                   ///< epochs without a better model that end the run (BestModel); 0: none do
    DatasetPointer held_out;            ///< what the patience looks at after every epoch: none of the other two sets
    bool mirror = false;                ///< tests look at each picture and its mirror image and average
    int evaluate_limit = 0;             ///< test samples looked at after an epoch, from all over them; 0: all
    double evaluate_seconds = 0;        ///< at least so long between two evaluations; 0: after every epoch
    std::string data_digest;            ///< of the samples of the run (digest_of); empty: resuming checks only numbers
    std::filesystem::path save_to;      ///< a checkpoint after every epoch; empty: none
    std::filesystem::path resume_from;  ///< a checkpoint of such a run to go on with; empty: from the start
    std::function<void(const ProgressState&)> after_step;  ///< told of every step, of the epoch that is under way
    std::function<bool()> stop;     ///< asked after every step, or 64 on a GPU: true ends the run, and saves
    ProcessGroup* group = nullptr;  ///< processes that share every batch, and all call train() alike; null: one
    LoaderOptions loader{};
    std::vector<std::string> classes;
    std::map<std::string, std::string> metadata;  ///< what else a checkpoint keeps, under keys of its own
};

/// Throws Error when the run's length, the warm-up, mixup or CutMix is out of range, or a patience has nothing to look
/// at.
void check_options(const TrainOptions& options);

/// The steps that a run on so many samples takes in all.
std::int64_t run_length(const TrainOptions& options, int samples);

/// What the learning rate is times at each of `total` steps: a warm-up and the schedule behind it.
RateSchedule schedule_of(const TrainOptions& options, std::int64_t total);

}  // namespace tn
