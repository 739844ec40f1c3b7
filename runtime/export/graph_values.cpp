#include "runtime/export/graph_values.hpp"

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/export/graph_image_values.hpp"
#include "runtime/export/graph_sequence_values.hpp"

namespace tn {

namespace {

using namespace graph_values_of;

using Values = std::vector<float>;

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

void dense(const GraphNode& node, const Values& x, Values& y) {
    for (std::size_t f = 0; f < y.size(); ++f) {
        double sum = node.tensors[1][f];
        for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(node.tensors[0][f * x.size() + i]) * x[i];
        y[f] = static_cast<float>(sum);
    }
}

void softmax(Shape in, const Values& x, Values& y) {
    for (Index i = 0; i < in.plane(); ++i) {
        float most = x[i], sum = 0;
        for (int c = 1; c < in.channels; ++c) most = std::max(most, x[c * in.plane() + i]);
        for (int c = 0; c < in.channels; ++c) sum += y[c * in.plane() + i] = std::exp(x[c * in.plane() + i] - most);
        for (int c = 0; c < in.channels; ++c) y[c * in.plane() + i] /= sum;
    }
}

class Run {
public:
    Run(const InferenceGraph& graph, std::vector<Values>& values) : graph_(graph), values_(values) {}

    void node(const GraphNode& node) {
        const Shape in = graph_.values[node.inputs[0]], out = graph_.values[node.output];
        const Values& x = values_[node.inputs[0]];
        Values y(out.size());
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
                for (std::size_t i = 0; i < x.size(); ++i) y[i / in.plane()] += x[i] / static_cast<float>(in.plane());
                break;
            case Operation::add: add(node, y); break;
            case Operation::multiply:
                for (std::size_t i = 0; i < y.size(); ++i)
                    y[i] = x[i / (y.size() / x.size())] * values_[node.inputs[1]][i];
                break;
            case Operation::concat: concat(node, y); break;
            case Operation::softmax: softmax(in, x, y); break;
            case Operation::slice: std::copy_n(x.begin() + node.operation.first, y.size(), y.begin()); break;
            case Operation::flatten:
            case Operation::reshape: y = x; break;
            default: sequence_layer(node, in, x, y);
        }
        if (node.relu)
            for (float& v : y) v = std::max(v, 0.0f);
        values_[node.output] = std::move(y);
    }

private:
    void add(const GraphNode& node, Values& y) const {
        for (const int input : node.inputs)
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += values_[input][i];
    }
    void concat(const GraphNode& node, Values& y) const {
        auto to = y.begin();
        for (const int input : node.inputs) to = std::copy(values_[input].begin(), values_[input].end(), to);
    }

    const InferenceGraph& graph_;
    std::vector<Values>& values_;
};

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

std::vector<std::vector<float>> graph_values(const InferenceGraph& graph, std::span<const float> x) {
    std::vector<Values> values(graph.values.size());
    values[0].assign(x.begin(), x.end());
    Run run(graph, values);
    for (const GraphNode& node : graph.nodes) run.node(node);
    return values;
}

}  // namespace tn
