// What a run on pretrained weights did, stage by stage, for the screen and the report.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "examples/photos/run/fine_tuning.hpp"
#include "examples/photos/run/head_training.hpp"
#include "runtime/report/curves.hpp"

namespace photos {

/// What the last layer makes of photographs held out that are brought to size in two ways.
struct FitTrial {
    Fit own = Fit::centre;  ///< of the weights
    DecayTrial by_own, stretched;
    bool stretched_is_better() const { return stretched.loss < by_own.loss; }
};

struct Stages {
    HeadTraining head;
    std::string fit{};  ///< how photographs were brought to size, and why
    FineTuningPlan plan;
    RecipeOptions recipe{};  ///< of all layers
    std::optional<FineTuning> tuning{};
    float temperature = 1;  ///< that the last layer is divided by (fit_temperature)
};

/// In one line each, as "5 epochs of all layers follow, since ...".
std::string describe(const FitTrial& trial);
std::string describe(const FineTuningPlan& plan);
std::string describe(const FineTuning& tuning);

/// Name and value.
std::vector<std::pair<std::string, std::string>> facts(const Stages& stages);

/// Loss and accuracy of the last layer on photographs that it was not trained on, against the decay.
std::vector<Panel> trial_panels(const HeadTraining& head);

}  // namespace photos
