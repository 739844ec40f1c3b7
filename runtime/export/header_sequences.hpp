// A C++ header's form of the layers that normalise a sample or work on positions and sequences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/export/header_kernels.hpp"
#include "runtime/export/inference_graph.hpp"

namespace tn {

/// Values of scratch that the layer's function needs.
std::size_t sequence_scratch(const GraphNode& node, Shape in);

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
    {Operation::attention, R"(
/// D channels at each of N positions, by Heads heads. A bias is null where there is none; work has (3 D + 1) N values.
template <int D, int N, int Heads>
inline void attention(const float* x, const float* in_weight, const float* in_bias, const float* out_weight,
                      const float* out_bias, float* y, float* work) {
    constexpr int d = D / Heads;
    const float scale = 1 / std::sqrt(static_cast<float>(d));
    float* const row = work + 3 * D * N;
    for (int r = 0; r < 3 * D; ++r) {
        for (int i = 0; i < N; ++i) work[r * N + i] = in_bias ? in_bias[r] : 0.0f;
        for (int c = 0; c < D; ++c)
            for (int i = 0; i < N; ++i) work[r * N + i] += in_weight[r * D + c] * x[c * N + i];
    }
    for (int head = 0; head < Heads; ++head) {
        float *q = work + head * d * N, *k = q + D * N, *v = k + D * N;
        for (int i = 0; i < N; ++i) {
            for (int j = 0; j < N; ++j) row[j] = 0;
            for (int c = 0; c < d; ++c)
                for (int j = 0; j < N; ++j) row[j] += q[c * N + i] * scale * k[c * N + j];
            float most = row[0], sum = 0;
            for (int j = 1; j < N; ++j) most = row[j] > most ? row[j] : most;
            for (int j = 0; j < N; ++j) sum += row[j] = std::exp(row[j] - most);
            for (int c = 0; c < d; ++c) {  // what this position sees lies where its q did
                float seen = 0;
                for (int j = 0; j < N; ++j) seen += row[j] * v[c * N + j];
                q[c * N + i] = seen / sum;
            }
        }
    }
    for (int r = 0; r < D; ++r) {
        for (int i = 0; i < N; ++i) y[r * N + i] = out_bias ? out_bias[r] : 0.0f;
        for (int c = 0; c < D; ++c)
            for (int i = 0; i < N; ++i) y[r * N + i] += out_weight[r * D + c] * work[c * N + i];
    }
}
)"},
    {Operation::position_embedding, R"(
template <int N> inline void add_positions(const float* x, const float* weight, float* y) {
    for (int i = 0; i < N; ++i) y[i] = x[i] + weight[i];
}
)"},
    {Operation::class_token, R"(
/// A token before the N positions of C channels.
template <int C, int N> inline void class_token(const float* x, const float* weight, float* y) {
    for (int c = 0; c < C; ++c) {
        *y++ = weight[c];
        for (int i = 0; i < N; ++i) *y++ = *x++;
    }
}
)"},
    {Operation::slice, R"(
template <int N> inline void slice(const float* x, float* y) {
    for (int i = 0; i < N; ++i) y[i] = x[i];
}
)"},
    {Operation::first_token, R"(
template <int C, int N> inline void first_token(const float* x, float* y) {
    for (int c = 0; c < C; ++c) y[c] = x[c * N];
}
)"},
    {Operation::embedding, R"(
/// The row of each of N words, features before positions. What is no word is cut to the range.
template <int Words, int Features, int N> inline void embedding(const float* x, const float* weight, float* y) {
    for (int i = 0; i < N; ++i) {
        const int word = !(x[i] > 0) ? 0 : x[i] < Words ? static_cast<int>(x[i]) : Words - 1;
        for (int f = 0; f < Features; ++f) y[f * N + i] = weight[word * Features + f];
    }
}
)"},
    {Operation::gru, R"(
/// C channels at N positions, Hidden units; all positions or the last one. work has 2 Hidden values.
template <int C, int N, int Hidden, bool Last>
inline void gru(const float* x, const float* in_weight, const float* hidden_weight, const float* in_bias,
                const float* hidden_bias, float* y, float* work) {
    float *h = work, *next = work + Hidden;
    for (int k = 0; k < Hidden; ++k) h[k] = 0;
    for (int t = 0; t < N; ++t) {
        for (int k = 0; k < Hidden; ++k) {
            float from_x[3], from_h[3];
            for (int g = 0; g < 3; ++g) {
                const int row = g * Hidden + k;
                from_x[g] = in_bias[row];
                from_h[g] = hidden_bias[row];
                for (int c = 0; c < C; ++c) from_x[g] += in_weight[row * C + c] * x[c * N + t];
                for (int j = 0; j < Hidden; ++j) from_h[g] += hidden_weight[row * Hidden + j] * h[j];
            }
            const float r = 1 / (1 + std::exp(-from_x[0] - from_h[0])), z = 1 / (1 + std::exp(-from_x[1] - from_h[1]));
            next[k] = (1 - z) * std::tanh(from_x[2] + r * from_h[2]) + z * h[k];
            if (!Last) y[k * N + t] = next[k];
        }
        for (int k = 0; k < Hidden; ++k) h[k] = next[k];
    }
    for (int k = 0; Last && k < Hidden; ++k) y[k] = h[k];
}
)"},
    {Operation::lstm, R"(
/// C channels at N positions, Hidden units; all positions or the last one. work has 3 Hidden values.
template <int C, int N, int Hidden, bool Last>
inline void lstm(const float* x, const float* in_weight, const float* hidden_weight, const float* in_bias,
                 const float* hidden_bias, float* y, float* work) {
    float *h = work, *next = work + Hidden, *cell = work + 2 * Hidden;
    for (int k = 0; k < Hidden; ++k) h[k] = cell[k] = 0;
    for (int t = 0; t < N; ++t) {
        for (int k = 0; k < Hidden; ++k) {
            float gate[4];
            for (int g = 0; g < 4; ++g) {
                const int row = g * Hidden + k;
                gate[g] = in_bias[row] + hidden_bias[row];
                for (int c = 0; c < C; ++c) gate[g] += in_weight[row * C + c] * x[c * N + t];
                for (int j = 0; j < Hidden; ++j) gate[g] += hidden_weight[row * Hidden + j] * h[j];
                gate[g] = g == 2 ? std::tanh(gate[g]) : 1 / (1 + std::exp(-gate[g]));
            }
            cell[k] = gate[1] * cell[k] + gate[0] * gate[2];
            next[k] = gate[3] * std::tanh(cell[k]);
            if (!Last) y[k * N + t] = next[k];
        }
        for (int k = 0; k < Hidden; ++k) h[k] = next[k];
    }
    for (int k = 0; Last && k < Hidden; ++k) y[k] = h[k];
}
)"},
};

}  // namespace tn
