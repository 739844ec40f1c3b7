// What training gave, over the samples of a step or of several.
#pragma once

namespace tn {

/// What a batch gave: the sum of its samples' losses and how many were right; and where gradients were computed, the
/// norm of all of them together before it was clipped, of several steps the largest.
struct BatchResult {
    double loss = 0;
    int correct = 0, n = 0;
    double gradient_norm = 0;
};

/// The sums over all samples of `count` steps that were taken together.
struct TakenSteps {
    BatchResult result;
    int count = 0;
};

}  // namespace tn
