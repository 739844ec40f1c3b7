// What training gave, over the samples of a step or of several.
#pragma once

namespace tn {

/// What a batch gave: the sum of its samples' losses and how many were right.
struct BatchResult {
    double loss = 0;
    int correct = 0, n = 0;
};

/// The sums over all samples of `count` steps that were taken together.
struct TakenSteps {
    BatchResult result;
    int count = 0;
};

}  // namespace tn
