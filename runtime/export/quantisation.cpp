#include "runtime/export/quantisation.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/export/graph_values.hpp"

namespace tn {

Calibration::Calibration(const InferenceGraph& graph)
    : graph_(graph), low_(graph.values.size()), high_(graph.values.size()) {}

void Calibration::add(std::span<const float> sample) {
    const auto values = graph_values(graph_, sample);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].empty()) continue;
        const auto [low, high] = std::minmax_element(values[i].begin(), values[i].end());
        low_[i] += std::min(*low, 0.0f);
        high_[i] += std::max(*high, 0.0f);
    }
    ++samples_;
}

std::vector<ValueRange> Calibration::ranges() const {
    if (samples_ == 0) throw Error("int8 needs at least one sample to calibrate with");
    std::vector<ValueRange> ranges;
    for (std::size_t i = 0; i < low_.size(); ++i)
        ranges.push_back({static_cast<float>(low_[i] / samples_), static_cast<float>(high_[i] / samples_)});
    return ranges;
}

Quantisation quantisation_of(ValueRange range) {
    const float scale = (range.high - range.low) / 255;
    if (!(scale > 1e-30f)) return {1, 0};
    return {scale, static_cast<int>(std::lround(-range.low / scale))};
}

QuantisedWeights quantised_weights(const GraphNode& node, Quantisation in, WeightPairs pairs) {
    const std::vector<float>&weight = node.tensors[0], &bias = node.tensors[1];
    const std::size_t each = weight.size() / bias.size();
    if (each > (std::size_t{1} << 30) / (255 * 127))
        throw Error("layer " + node.layer + ": has too many weights of an output for int8");
    QuantisedWeights q;
    q.weight.reserve(weight.size());
    for (std::size_t f = 0; f < bias.size(); ++f) {
        const auto size = [&](std::size_t i) { return std::abs(static_cast<double>(weight[f * each + i])); };
        // Rounding adds at most a half to each of two.
        double most = 0;
        for (std::size_t i = 0; i < each; ++i)
            most = std::max(most, size(i) + (pairs.begins(i) ? size(i + pairs.apart) : 0));
        // A bias that is large beside all weights must fit, too.
        const double step = std::max({most / 127, std::abs(bias[f]) / (in.scale * 0x1p29), 1e-30});
        double sum = 0;
        for (std::size_t i = 0; i < each; ++i) {
            q.weight.push_back(static_cast<float>(std::nearbyint(weight[f * each + i] / step)));
            sum += q.weight.back();
        }
        q.scale.push_back(in.scale * step);
        q.bias.push_back(static_cast<float>(std::nearbyint(bias[f] / q.scale.back()) - in.zero * sum));
    }
    return q;
}

}  // namespace tn
