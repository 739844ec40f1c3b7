// What a test accuracy is worth, and what to try where it is poor.
#pragma once

#include <string>
#include <vector>

#include "runtime/train/confusion.hpp"

namespace photos {

/// What a run ended with.
struct Outcome {
    const tn::Confusion& confusion;           ///< of the photographs to test on
    const std::vector<std::string>& classes;  ///< their names
    double train_accuracy;
    bool pretrained;  ///< it began with weights of others
};

/// What is right without looking: "the largest class alone would be 33.3 %, guessing 25.0 %". Empty without a test.
std::string beside_accuracy(const tn::Confusion& confusion);

/// Sentences about what looks wrong, each with its usual reason and the option to try next: answers no better than
/// the largest class by two standard deviations, training photographs told apart by 15 % more than those to test on, a
/// class that is never answered. Nothing with fewer than 20 photographs to test on.
std::vector<std::string> advice(const Outcome& outcome);

}  // namespace photos
