// Whether a classifier's probabilities mean what they say, and how they are made to.
#pragma once

#include <span>

#include "runtime/train/prediction.hpp"

namespace tn {

/// The temperature T that minimises the mean cross entropy of softmax(z / T) on samples that were not trained on, for
/// `probabilities` softmax(z), [samples][classes] (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural
/// networks", 2017, section 4.2), between 1/20 and 20. Above 1 the answers were too sure. Throws Error when there is no
/// sample, a label is out of range or there are not so many probabilities.
float fit_temperature(std::span<const float> probabilities, std::span<const int> labels, int classes);

/// The expected calibration error (the same, section 2): the predictions are put into `bins` by their probability, and
/// the error is the mean of |share of right ones - mean probability| over the bins, each weighed by its predictions; 0
/// where there are none. `labels` are those of the pictures that the predictions name.
double expected_calibration_error(std::span<const Prediction> predictions, std::span<const int> labels, int bins = 15);

}  // namespace tn
