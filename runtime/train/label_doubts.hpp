// Which labels of a data set are probably wrong, from the features that a pretrained network has of its samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/data/label_errors.hpp"
#include "runtime/train/linear_head.hpp"

namespace tn {

struct DoubtOptions {
    float decay = 0.1f;  ///< of the heads (fit_linear_head)
    int folds = 5, repeats = 1;
    std::uint64_t seed = 1;
    double chance = 0.6;  ///< of being wrong, which the least doubted of the labels that are named has at least
};

/// Two opinions of a sample's label, of which neither has seen it: the probability that heads give it which were
/// trained on the other folds, and the share of its ten nearest neighbours, by the cosine of standardised features and
/// weighed by exp(8 (cosine - 1)), that have it too.
struct LabelDoubts {
    std::vector<float> probabilities;  ///< [samples][classes], of the heads
    std::vector<double> doubt;         ///< [samples]: -log probability of the label - log(neighbours' share + 0.05)
};
LabelDoubts label_doubts(const Features& features, const DoubtOptions& options);

/// The labels that are doubted most, down to where the next ones are wrong with less than the chance that was asked
/// for. What doubt means is measured: a tenth of the labels is made wrong on purpose and doubted again, which gives the
/// share F(d) of wrong labels that are doubted by at least d. With N(d) labels doubted so much, w = N(d) / (samples
/// F(d)) is the share of wrong ones among all, since hardly a right one is doubted as much as half of the wrong ones:
/// the median is taken over the d with F(d) from 1/4 to 3/4. Named are the N(d) that maximise w samples F(d) - chance
/// N(d). Of fewer than 200 samples that says too little, and those are named that find_label_errors() names. Always
/// another class is more probable than the label. The chances are those of label_chances() by the heads alone, the
/// largest first. Throws Error as fit_linear_head and stratified_folds do.
std::vector<LabelError> find_doubted_labels(const Features& features, const DoubtOptions& options);

}  // namespace tn
