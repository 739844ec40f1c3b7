// How probable it is that a label is wrong, from what models said that were not trained on it.
#pragma once

#include <span>
#include <vector>

namespace tn {

/// The share of wrong labels, and for each sample the chance that its own is one.
struct LabelChances {
    double share = 0;
    std::vector<double> wrong;  ///< [samples], 0 to 1
};

/// Out-of-fold `probabilities` [samples][classes] taken as p = softmax(z), the true class of a sample has the
/// probabilities q = softmax(z / T), and a share e of the labels is wrong, each other class as often as any: a label y
/// is seen with the probability (1 - e) q[y] + e (1 - q[y]) / (classes - 1). T and e are the most probable ones given
/// the labels (T by search, e by expectation and maximisation); as far as few labels tell little, T is around 1 and e a
/// few per cent, and the chance is Bayes' rule's: the second term over the sum of both. Noise of this kind is what Mnih
/// and Hinton train with ("Learning to label aerial images from noisy data", 2012). T undoes answers that are too sure,
/// and e keeps labels that are wrong from making them too unsure. Throws Error when a label is out of range or there
/// are not so many probabilities.
LabelChances label_chances(std::span<const float> probabilities, std::span<const int> labels, int classes);

}  // namespace tn
