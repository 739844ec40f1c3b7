#include "runtime/export/graph_values.hpp"

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/export/graph_image_values.hpp"
#include "runtime/export/graph_sequence_values.hpp"

namespace tn {

namespace {

using namespace graph_values_of;

float apply(Expression::Code code, float a) {
    switch (code) {
        case Expression::negate: return -a;
        case Expression::absolute: return std::abs(a);
        case Expression::square_root: return std::sqrt(a);
        case Expression::exponential: return std::exp(a);
        case Expression::exponential_minus_1: return std::expm1(a);
        case Expression::logarithm: return std::log(a);
        case Expression::hyperbolic_tangent: return std::tanh(a);
        case Expression::error_function: return std::erf(a);
        case Expression::logistic: return 1 / (1 + std::exp(-a));
        default: return std::max(a, 0.0f) + std::log1p(std::exp(-std::abs(a)));
    }
}

float combine(Expression::Code code, float a, float b) {
    switch (code) {
        case Expression::add: return a + b;
        case Expression::subtract: return a - b;
        case Expression::multiply: return a * b;
        case Expression::divide: return a / b;
        case Expression::minimum: return b < a ? b : a;
        default: return a < b ? b : a;
    }
}

void dense(const GraphNode& node, std::span<const float> x, std::span<float> y) {
    for (std::size_t f = 0; f < y.size(); ++f) {
        double sum = node.tensors[1][f];
        for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(node.tensors[0][f * x.size() + i]) * x[i];
        y[f] = static_cast<float>(sum);
    }
}

void softmax(Shape in, std::span<const float> x, std::span<float> y) {
    for (Index i = 0; i < in.plane(); ++i) {
        float most = x[i], sum = 0;
        for (int c = 1; c < in.channels; ++c) most = std::max(most, x[c * in.plane() + i]);
        for (int c = 0; c < in.channels; ++c) sum += y[c * in.plane() + i] = std::exp(x[c * in.plane() + i] - most);
        for (int c = 0; c < in.channels; ++c) y[c * in.plane() + i] /= sum;
    }
}

void add(std::span<const std::span<const float>> inputs, std::span<float> y) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        float sum = 0;
        for (const std::span<const float> x : inputs) sum += x[i];
        y[i] = sum;
    }
}

void concat(std::span<const std::span<const float>> inputs, std::span<float> y) {
    auto to = y.begin();
    for (const std::span<const float> x : inputs) to = std::copy(x.begin(), x.end(), to);
}

}  // namespace

float evaluate(const Expression& f, float x) {
    float stack[Expression::capacity + 1];
    int top = 0;
    for (int step = 0; step < f.size; ++step) {
        const Expression::Code code = f.code(step);
        const int operands = Expression::operands(code);
        if (code == Expression::variable)
            stack[top++] = x;
        else if (code == Expression::constant)
            stack[top++] = f.value(step);
        else if (operands == 1)
            stack[top - 1] = apply(code, stack[top - 1]);
        else
            --top, stack[top - 1] = combine(code, stack[top - 1], stack[top]);
    }
    return stack[0];
}

void compute_node(const InferenceGraph& graph, const GraphNode& node, std::span<const std::span<const float>> inputs,
                  std::span<float> y) {
    const Shape in = graph.values[node.inputs[0]], out = graph.values[node.output];
    const std::span<const float> x = inputs[0];
    switch (node.operation.kind) {
        case Operation::convolution: convolution(node, in, out, x, y); break;
        case Operation::transposed_convolution: transposed_convolution(node, in, out, x, y); break;
        case Operation::dense: dense(node, x, y); break;
        case Operation::scale:
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] = node.tensors[0][i / in.plane()] * x[i] + node.tensors[1][i / in.plane()];
            break;
        case Operation::pointwise:
            for (std::size_t i = 0; i < y.size(); ++i) y[i] = evaluate(node.operation.function, x[i]);
            break;
        case Operation::max_pool:
        case Operation::average_pool: pool(node, in, out, x, y); break;
        case Operation::upsample_nearest:
        case Operation::upsample_bilinear: upsample(node, in, out, x, y); break;
        case Operation::global_average_pool:
            std::fill(y.begin(), y.end(), 0.0f);
            for (std::size_t i = 0; i < x.size(); ++i) y[i / in.plane()] += x[i] / static_cast<float>(in.plane());
            break;
        case Operation::add: add(inputs, y); break;
        case Operation::multiply:
            for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i / (y.size() / x.size())] * inputs[1][i];
            break;
        case Operation::concat: concat(inputs, y); break;
        case Operation::softmax: softmax(in, x, y); break;
        case Operation::slice: std::copy_n(x.begin() + node.operation.first, y.size(), y.begin()); break;
        case Operation::flatten:
        case Operation::reshape: std::copy(x.begin(), x.end(), y.begin()); break;
        default: sequence_layer(node, in, x, y);
    }
    if (node.relu)
        for (float& v : y) v = std::max(v, 0.0f);
}

std::vector<std::vector<float>> graph_values(const InferenceGraph& graph, std::span<const float> x) {
    std::vector<std::vector<float>> values(graph.values.size());
    values[0].assign(x.begin(), x.end());
    std::vector<std::span<const float>> inputs;
    for (const GraphNode& node : graph.nodes) {
        inputs.clear();
        for (const int input : node.inputs) inputs.emplace_back(values[input]);
        values[node.output].resize(graph.values[node.output].size());
        compute_node(graph, node, inputs, values[node.output]);
    }
    return values;
}

}  // namespace tn
