#include "examples/photos/run/pretrained_facts.hpp"

#include <fmt/format.h>

#include <cmath>

#include "runtime/data/fit_names.hpp"

namespace photos {

std::string describe(const FitTrial& trial) {
    return fmt::format(
        "photographs are brought to size by {}: of those held out the last layer tells {:.1f} % (loss {:.4f}) by "
        "{} and {:.1f} % (loss {:.4f}) by stretch",
        to_text(trial.stretched_is_better() ? Fit::stretch : trial.own), 100 * trial.by_own.accuracy, trial.by_own.loss,
        to_text(trial.own), 100 * trial.stretched.accuracy, trial.stretched.loss);
}

std::string describe(const FineTuningPlan& plan) {
    if (plan.epochs == 0) return "only the last layer is trained: " + plan.why;
    return fmt::format("{} epoch{} of all layers follow{}, a tenth of the photographs held out: {}", plan.epochs,
                       plan.epochs == 1 ? "" : "s", plan.epochs == 1 ? "s" : "", plan.why);
}

std::string describe(const FineTuning& t) {
    return fmt::format(
        "of {} photographs held out all layers tell {:.1f} % (loss {:.4f}) and the last one alone {:.1f} % (loss "
        "{:.4f}): {} kept; {:.0f} s",
        t.held_out, 100 * t.accuracy, t.loss, 100 * t.head_accuracy, t.head_loss,
        t.better() ? "all are" : "that one, trained on all photographs, is", t.seconds);
}

std::vector<std::pair<std::string, std::string>> facts(const Stages& stages) {
    const HeadTraining& head = stages.head;
    const std::string folds =
        head.trials.empty() ? "for want of photographs to choose it by" : "the best of those tried on five folds";
    std::vector<std::pair<std::string, std::string>> all{
        {"first stage", "of the last layer, on what the others make of each photograph"},
        {"brought to size", stages.fit},
        {"weight decay", fmt::format("{:g}, {}", head.decay, folds)},
        {"features took", fmt::format("{:.1f} s", head.feature_seconds)},
        {"the last layer took", fmt::format("{:.1f} s", head.head_seconds)},
        {"second stage", describe(stages.plan)}};
    if (stages.tuning) {
        const RecipeOptions& r = stages.recipe;
        all.emplace_back("rate of all layers", fmt::format("{:g} of what each tensor is", r.rate));
        all.emplace_back("augmentation", *r.augmentation);
        all.emplace_back("label smoothing, mixup, cutmix, averaging",
                         fmt::format("{:g}, {:g}, {:g}, {:g}", *r.label_smoothing, r.mixup, r.cutmix, *r.average));
        all.emplace_back("all layers or the last", describe(*stages.tuning));
    }
    all.emplace_back("temperature", fmt::format("{:.2f}, fitted on photographs held out, and part of the last layer",
                                                stages.temperature));
    return all;
}

std::vector<Panel> trial_panels(const HeadTraining& head) {
    Panel loss{"loss", {{"held out in folds", {}, {}}}, false},
        accuracy{"accuracy", {{"held out in folds", {}, {}}}, true};
    for (auto trial = head.trials.rbegin(); trial != head.trials.rend(); ++trial)
        for (const auto& [panel, value] : {std::pair{&loss, trial->loss}, std::pair{&accuracy, trial->accuracy}}) {
            panel->curves[0].x.push_back(std::log10(trial->decay));
            panel->curves[0].y.push_back(value);
        }
    return {loss, accuracy};
}

}  // namespace photos
