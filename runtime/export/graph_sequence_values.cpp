#include "runtime/export/graph_sequence_values.hpp"

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn::graph_values_of {

namespace {

using Values = std::vector<float>;

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

/// Over groups of channels, all positions of a group together.
void group_norm(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y) {
    const std::size_t size = in.size() / node.operation.groups;
    for (std::size_t first = 0; first < x.size(); first += size) {
        double sum = 0, squares = 0;
        for (std::size_t i = first; i < first + size; ++i) sum += x[i];
        const double mean = sum / static_cast<double>(size);
        for (std::size_t i = first; i < first + size; ++i) squares += (x[i] - mean) * (x[i] - mean);
        const double inv_std = 1 / std::sqrt(squares / static_cast<double>(size) + node.operation.epsilon);
        for (std::size_t i = first; i < first + size; ++i)
            y[i] = static_cast<float>((x[i] - mean) * inv_std) * node.tensors[0][i / in.plane()] +
                   node.tensors[1][i / in.plane()];
    }
}

/// At each position over its channels.
void layer_norm(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y) {
    const Index plane = in.plane();
    for (Index i = 0; i < plane; ++i) {
        double mean = 0, variance = 0;
        for (int c = 0; c < in.channels; ++c) mean += x[c * plane + i];
        mean /= in.channels;
        for (int c = 0; c < in.channels; ++c) variance += (x[c * plane + i] - mean) * (x[c * plane + i] - mean);
        const double inv_std = 1 / std::sqrt(variance / in.channels + node.operation.epsilon);
        for (int c = 0; c < in.channels; ++c)
            y[c * plane + i] =
                static_cast<float>((x[c * plane + i] - mean) * inv_std) * node.tensors[0][c] + node.tensors[1][c];
    }
}

/// weight [rows][channels] times x [channels][positions], and bias [rows] where there is one.
Values projected(const Values& weight, const Values* bias, std::span<const float> x, int channels, Index positions) {
    Values y(weight.size() / channels * positions);
    for (std::size_t at = 0; at < weight.size(); ++at) {
        const float* from = x.data() + at % channels * positions;
        float* to = y.data() + at / channels * positions;
        if (at % channels == 0) std::fill_n(to, positions, bias ? (*bias)[at / channels] : 0.0f);
        for (Index i = 0; i < positions; ++i) to[i] += weight[at] * from[i];
    }
    return y;
}

/// What every position sees of all others: softmax(q' k / sqrt(d)) v by heads of d channels.
Values attended(const Values& qkv, int heads, int channels, Index positions) {
    const int d = channels / heads;
    Values seen(channels * positions), share(positions);
    for (int head = 0; head < heads; ++head) {
        const float *q = qkv.data() + head * d * positions, *k = q + channels * positions,
                    *v = k + channels * positions;
        for (Index i = 0; i < positions; ++i) {
            std::fill(share.begin(), share.end(), 0.0f);
            for (int c = 0; c < d; ++c)
                for (Index j = 0; j < positions; ++j) share[j] += q[c * positions + i] * k[c * positions + j];
            const float most = *std::max_element(share.begin(), share.end());
            float sum = 0;
            for (float& s : share) sum += s = std::exp((s - most) / std::sqrt(static_cast<float>(d)));
            for (int c = 0; c < d; ++c) {
                float& to = seen[(head * d + c) * positions + i];
                for (Index j = 0; j < positions; ++j) to += share[j] / sum * v[c * positions + j];
            }
        }
    }
    return seen;
}

void attention(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y) {
    const Operation& o = node.operation;
    const Index positions = in.plane();
    const auto& t = node.tensors;
    const Values qkv = projected(t[0], o.bias ? &t[1] : nullptr, x, in.channels, positions);
    const Values projection = projected(t[o.bias ? 2 : 1], o.bias ? &t[3] : nullptr,
                                        attended(qkv, o.heads, in.channels, positions), in.channels, positions);
    std::copy(projection.begin(), projection.end(), y.begin());
}

/// One unit's step from what its gates have of x and of h. Returns h; `cell` is the LSTM's.
float unit(bool gru, const float* of_x, const float* of_h, float h, float& cell) {
    if (gru) {
        const float r = sigmoid(of_x[0] + of_h[0]), z = sigmoid(of_x[1] + of_h[1]);
        return (1 - z) * std::tanh(of_x[2] + r * of_h[2]) + z * h;
    }
    const float i = sigmoid(of_x[0] + of_h[0]), f = sigmoid(of_x[1] + of_h[1]);
    cell = f * cell + i * std::tanh(of_x[2] + of_h[2]);
    return sigmoid(of_x[3] + of_h[3]) * std::tanh(cell);
}

/// As PyTorch's GRU and LSTM of one layer.
void recurrent(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y) {
    const bool gru = node.operation.kind == Operation::gru;
    const int units = node.operation.features, gates = gru ? 3 : 4;
    const Values of_x = projected(node.tensors[0], &node.tensors[2], x, in.channels, in.plane());
    Values h(units), cell(units);
    for (Index t = 0; t < in.plane(); ++t) {
        const Values of_h = projected(node.tensors[1], &node.tensors[3], h, units, 1);
        for (int k = 0; k < units; ++k) {
            float from_x[4], from_h[4];
            for (int g = 0; g < gates; ++g) {
                from_x[g] = of_x[(g * units + k) * in.plane() + t];
                from_h[g] = of_h[g * units + k];
            }
            h[k] = unit(gru, from_x, from_h, h[k], cell[k]);
            if (!node.operation.last) y[k * in.plane() + t] = h[k];
        }
    }
    if (node.operation.last) std::copy(h.begin(), h.end(), y.begin());
}

/// The row of each word, features before positions. What is no word is cut to the range, and no number the first.
void embedding(const GraphNode& node, std::span<const float> x, std::span<float> y) {
    const Operation& o = node.operation;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const int word = x[i] > 0 ? static_cast<int>(std::min(x[i], static_cast<float>(o.vocabulary - 1))) : 0;
        for (int f = 0; f < o.features; ++f) y[f * x.size() + i] = node.tensors[0][Index{word} * o.features + f];
    }
}

}  // namespace

void sequence_layer(const GraphNode& node, Shape in, std::span<const float> x, std::span<float> y) {
    const Index plane = in.plane();
    switch (node.operation.kind) {
        case Operation::group_norm: return group_norm(node, in, x, y);
        case Operation::layer_norm: return layer_norm(node, in, x, y);
        case Operation::attention: return attention(node, in, x, y);
        case Operation::gru:
        case Operation::lstm: return recurrent(node, in, x, y);
        case Operation::embedding: return embedding(node, x, y);
        case Operation::position_embedding:
            for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] + node.tensors[0][i];
            return;
        case Operation::class_token:
            for (int c = 0; c < in.channels; ++c) {
                y[c * (plane + 1)] = node.tensors[0][c];
                std::copy_n(x.begin() + c * plane, plane, y.begin() + c * (plane + 1) + 1);
            }
            return;
        case Operation::first_token:
            for (int c = 0; c < in.channels; ++c) y[c] = x[c * plane];
            return;
        default: throw Error("layer " + node.layer + ": cannot be computed to calibrate int8 with");
    }
}

}  // namespace tn::graph_values_of
