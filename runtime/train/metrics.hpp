// How good predictions are, in one number, or in a table of classes.
#pragma once

#include "runtime/train/confusion.hpp"
#include "runtime/train/predicted_set.hpp"

namespace tn {

// Of classes: of labels, or of one yes-or-no output, whose two classes are 0 (its target is under 0.5) and 1. They
// throw Error for other predictions. Labels that are ignored do not count.

/// How often each class is taken for each other; of it accuracy(), precision, recall, F1 and IoU.
Confusion confusion_of(const PredictedSet& set);
/// The share of answers whose likeliest class is the right one; NaN when there is none.
double accuracy(const PredictedSet& set);
/// The share of answers whose right class is among the k likeliest; of equal ones the first counts as likelier. Throws
/// Error when k < 1, too.
double top_k_accuracy(const PredictedSet& set, int k);
/// The area under the receiver operating characteristic: how often a sample of class 1 has a higher value than one of
/// class 0, equal ones counted half (Mann and Whitney, 1947). Of one yes-or-no output, or two classes; NaN where one of
/// them has no sample.
double area_under_roc(const PredictedSet& set);

// Of values: over all samples and outputs. They throw Error for predictions of labels, and are NaN for none.

double mean_absolute_error(const PredictedSet& set);
double root_mean_square_error(const PredictedSet& set);
/// 1 - (squares of the errors) / (squares of the differences from each output's mean), of output 0, 1, ...; or the mean
/// of all outputs' when `output` is -1. An output that never changes has 1 if it is always right and else 0.
double r_squared(const PredictedSet& set, int output = -1);

}  // namespace tn
