// Post-training quantisation: which bytes stand for the values and the weights of a trained network.
#pragma once

#include <span>
#include <vector>

#include "runtime/export/inference_graph.hpp"

namespace tn {

/// Between which numbers a value lies.
struct ValueRange {
    float low = 0, high = 0;
};

/// The ranges of a graph's values, by number, over samples that the network will see the like of. Of each sample the
/// smallest and the largest value count; the range is the mean of these over all samples, so that one unusual sample
/// does not make steps coarse for all, and has 0 in it.
class Calibration {
public:
    explicit Calibration(const InferenceGraph& graph);

    void add(std::span<const float> sample);
    /// Throws Error where no sample was added.
    std::vector<ValueRange> ranges() const;

private:
    const InferenceGraph& graph_;
    std::vector<double> low_, high_;
    int samples_ = 0;
};

/// The byte q of 0 .. 255 stands for scale (q - zero).
struct Quantisation {
    float scale = 1;
    int zero = 0;
};

/// Covers the range in 255 steps; 0 is a byte of its own.
Quantisation quantisation_of(ValueRange range);

/// Of a convolution, dense layer or scale that reads bytes: whole numbers of -127 .. 127, symmetric, with a step of its
/// own for every output channel, and a bias in steps of the sums. sum(q weight) + bias, times scale, is what fp32 has.
struct QuantisedWeights {
    std::vector<float> weight, bias;  ///< whole numbers; in the order of the layer's own
    std::vector<double> scale;        ///< by output channel
};

/// Which weights of an output, of a number of them each, have their products added as 16 bits: the weights i and
/// i + apart, where i / apart is an even number of a run of `run`. None where apart is 0.
struct WeightPairs {
    std::size_t apart = 0, run = 0;

    bool begins(std::size_t i) const { return apart > 0 && i / apart % run % 2 == 0 && i / apart % run + 1 < run; }
};

/// Both of a pair are together at most 128, so that their products with bytes, 255 * 128, fit 16 bits. Throws Error
/// naming the layer where so many products would not fit a sum of 32 bits.
QuantisedWeights quantised_weights(const GraphNode& node, Quantisation in, WeightPairs pairs = {});

}  // namespace tn
