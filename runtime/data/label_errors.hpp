// Which labels of a data set are probably wrong, from what models said that were not trained on them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// For every sample the fold, 0 .. folds - 1, in which it is tested while a model is trained on the other folds. Each
/// class is dealt out evenly by chance: Random(seed, stream::folds, class). Throws Error when a label is out of range
/// or there are not 2 .. labels.size() folds.
std::vector<int> stratified_folds(std::span<const int> labels, int classes, int folds, std::uint64_t seed);

/// What the models' confidence says about the labels as a whole.
struct LabelNoise {
    std::vector<double> threshold;  ///< [classes]: the mean probability of a class over the samples labelled so
    std::vector<int> confident;     ///< [given][probable]: samples whose probability reaches the threshold
    double wrong = 0;               ///< how many labels are wrong, estimated
};

/// A label that is probably wrong.
struct LabelError {
    int sample = 0, given = 0, suggested = 0;
    float given_probability = 0, suggested_probability = 0;
    double chance = 0;  ///< that it is wrong, 0 to 1
};

/// The confident joint of Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels"
/// (JAIR 70, 2021), section 3.1. With p[k][j] the out-of-fold probability of class j for sample k, the threshold t[j]
/// is the mean of p[k][j] over the samples labelled j; sample k labelled i counts in confident[i][j] for the j of
/// largest p[k][j] among those with p[k][j] >= t[j]. Calibrated, row i stands for all samples labelled i, so that wrong
/// = sum over i of (samples labelled i) (1 - confident[i][i] / sum over j of confident[i][j]). `probabilities` are
/// [samples][classes]. Throws Error when they are not, or are not finite, or a label is out of range.
LabelNoise estimate_label_noise(std::span<const float> probabilities, std::span<const int> labels, int classes);

/// The round(wrong) samples whose label i has the largest margin max over j of p[k][j] - p[k][i] (the paper's "prune by
/// noise rate", section 3.2, over all pairs of classes at once: with ten photographs a class a pair has one or none);
/// only those where another class is more probable than the given one, and that are not the only ones of theirs. Their
/// chances are those of label_chances(), the largest first.
std::vector<LabelError> find_label_errors(std::span<const float> probabilities, std::span<const int> labels,
                                          int classes);

/// Gives round(share * samples) labels, chosen by chance (Random(seed, stream::labels)), another class and returns
/// their samples, ascending: a trial of what finds them. Throws Error unless share is 0 to 1 and there are 2 classes.
std::vector<int> flip_labels(Pictures& pictures, double share, std::uint64_t seed);

}  // namespace tn
