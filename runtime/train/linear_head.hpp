// A linear classifier on features: what a pretrained network gets as its last layer, trained in seconds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tn {

/// Rows of features, one for each of labels.size() samples.
struct Features {
    std::vector<float> values;  ///< [samples][width]
    int width = 0;
    std::vector<int> labels;  ///< 0 .. classes - 1
    int classes = 0;

    int samples() const { return static_cast<int>(labels.size()); }
};

/// The features of these samples, in this order.
Features subset(const Features& features, std::span<const int> samples);

/// Softmax of weight x + bias, for features as they come.
struct LinearHead {
    int width = 0, classes = 0;
    std::vector<float> weight;  ///< [classes][width]
    std::vector<float> bias;    ///< [classes]

    /// [samples][classes].
    std::vector<float> probabilities(const Features& features) const;
};

/// Minimises the mean cross entropy of the samples plus decay / 2 times the squares of the weights, which are those of
/// standardised features (mean 0, deviation 1, over these samples), by L-BFGS. It begins with weights of 0, so that
/// there is no chance in it. Throws Error when a feature is not finite, a label is out of range or there is no sample.
LinearHead fit_linear_head(const Features& features, float decay);

/// What a decay gives on samples that were not trained on.
struct DecayTrial {
    float decay = 0;
    double loss = 0, accuracy = 0;
};

/// Each decay from 10 to 0.001 in steps of about 3, on `folds` parts of the samples, each judged by a head that was
/// trained on the others (stratified_folds). Throws Error as stratified_folds and fit_linear_head do.
std::vector<DecayTrial> try_decays(const Features& features, int folds, std::uint64_t seed);

/// Probabilities [samples][classes], each by a head that was trained on the samples of the other folds.
std::vector<float> out_of_fold(const Features& features, float decay, int folds, std::uint64_t seed);

}  // namespace tn
