#include "runtime/train/train_options.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

constexpr std::pair<const char*, RunSchedule> schedules[] = {{"constant", RunSchedule::constant},
                                                             {"cosine", RunSchedule::cosine},
                                                             {"one-cycle", RunSchedule::one_cycle},
                                                             {"step", RunSchedule::step}};

}  // namespace

void check_options(const TrainOptions& o) {
    if (o.iterations < 0 || (o.iterations == 0 && o.epochs < 1))
        throw Error("a run has at least 1 iteration or 1 epoch");
    if (!(o.warm_up >= 0 && o.warm_up <= 1))
        throw Error("the warm-up must be a part from 0 to 1 of the run, not " + std::to_string(o.warm_up));
    if (!(o.mixup >= 0 && o.mixup <= 100))
        throw Error("the alpha of mixup must be from 0 to 100, not " + std::to_string(o.mixup));
    if (!(o.cutmix >= 0 && o.cutmix <= 100))
        throw Error("the alpha of cutmix must be from 0 to 100, not " + std::to_string(o.cutmix));
    if (o.patience != 0 && o.held_out.size() == 0)
        throw Error("a run with a patience needs samples that are held out for it");
}

std::int64_t run_length(const TrainOptions& o, int samples) {
    if (o.iterations > 0) return o.iterations;
    const int batch = std::clamp(o.batch, 1, std::max(samples, 1));
    return std::int64_t{o.epochs} * ((samples + batch - 1) / batch);
}

const char* name(RunSchedule schedule) {
    for (const auto& [word, named] : schedules)
        if (named == schedule) return word;
    return "";
}

RunSchedule parse_schedule(const std::string& name) {
    for (const auto& [word, named] : schedules)
        if (name == word) return named;
    throw Error("the schedule must be constant, cosine, one-cycle or step, not '" + name + "'");
}

RateSchedule schedule_of(const TrainOptions& o, std::int64_t total) {
    // The last step is not at the end of the schedule, where the rate may be 0, but just before it.
    const double warm = o.warm_up * static_cast<double>(total), steps = static_cast<double>(total) - warm + 1;
    switch (o.schedule) {
        case RunSchedule::constant: return WarmUp{warm, Constant{}};
        case RunSchedule::cosine: return WarmUp{warm, Cosine{.steps = steps}};
        case RunSchedule::one_cycle: return WarmUp{warm, OneCycle{.steps = steps}};
        default: return WarmUp{warm, StepDecay{.every = steps / 3}};
    }
}

}  // namespace tn
