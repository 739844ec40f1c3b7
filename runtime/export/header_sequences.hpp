// A C++ header's form of the layers that normalise a sample or work on positions and sequences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/export/header_kernels.hpp"
#include "runtime/export/inference_graph.hpp"

namespace tn {

/// Values of scratch that the layer's function needs.
std::size_t sequence_scratch(const GraphNode& node, Shape in, Shape out);

/// The call of the layer's function on expressions for its input, its tensors in order, its output and its scratch;
/// empty where it is none of these.
std::string sequence_call(const GraphNode& node, Shape in, Shape out, const std::string& x,
                          const std::vector<std::string>& tensors, const std::string& y, const std::string& scratch);

/// The functions, as header_kernels has them.
inline constexpr HeaderKernel sequence_kernels[] = {
    {Operation::layer_norm, R"(
/// C channels of Plane positions, at each of which the channels have mean 0 and variance 1 before weight and bias.
template <int C, int Plane>
inline void layer_norm(const float* x, const float* weight, const float* bias, float epsilon, float* y) {
    for (int i = 0; i < Plane; ++i) {
        float mean = 0, variance = 0;
        for (int c = 0; c < C; ++c) mean += x[c * Plane + i] / C;
        for (int c = 0; c < C; ++c) variance += (x[c * Plane + i] - mean) * (x[c * Plane + i] - mean) / C;
        const float scale = 1 / std::sqrt(variance + epsilon);
        for (int c = 0; c < C; ++c) y[c * Plane + i] = (x[c * Plane + i] - mean) * scale * weight[c] + bias[c];
    }
}
)"},
    {Operation::group_norm, R"(
/// Groups of Each channels of Plane values: each group has mean 0 and variance 1 before weight and bias.
template <int Groups, int Each, int Plane>
inline void group_norm(const float* x, const float* weight, const float* bias, float epsilon, float* y) {
    constexpr int values = Each * Plane;
    for (int g = 0; g < Groups; ++g, x += values, y += values) {
        float mean = 0, variance = 0;
        for (int i = 0; i < values; ++i) mean += x[i] / values;
        for (int i = 0; i < values; ++i) variance += (x[i] - mean) * (x[i] - mean) / values;
        const float scale = 1 / std::sqrt(variance + epsilon);
        for (int c = 0; c < Each; ++c)
            for (int i = c * Plane; i < (c + 1) * Plane; ++i)
                y[i] = (x[i] - mean) * scale * weight[g * Each + c] + bias[g * Each + c];
    }
}
)"},
};

}  // namespace tn
