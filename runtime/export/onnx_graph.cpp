#include "runtime/export/onnx_graph.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "dsl/core/functions.hpp"
#include "runtime/export/onnx_checks.hpp"
#include "runtime/export/onnx_extents.hpp"
#include "runtime/export/onnx_functions.hpp"
#include "runtime/export/onnx_reader.hpp"

namespace tn::onnx {

OnnxReader::OnnxReader(const OnnxModel& model) : model_(model), constants_(model.constants) {
    for (const OnnxNode& node : model.nodes)
        for (const std::string& input : node.inputs) ++uses_[input];
    for (const std::string& output : model.outputs) ++uses_[output];
}

InferenceGraph OnnxReader::run() {
    read_input();
    for (const OnnxNode& node : model_.nodes) read(node);
    const auto output = values_.find(model_.outputs[0]);
    if (output == values_.end()) throw Error("no node gives the output '" + model_.outputs[0] + "'");
    graph_.output = output->second;
    simplify(graph_, graph_.values[graph_.output].channels);
    return std::move(graph_);
}

namespace {

/// What a node Constant says, as a tensor or as numbers.
OnnxTensor constant_of(const OnnxNode& node) {
    if (const auto tensor = node.tensors.find("value"); tensor != node.tensors.end()) return tensor->second;
    if (const auto number = node.floats.find("value_float"); number != node.floats.end())
        return {{}, {number->second}, {}};
    if (const auto number = node.numbers.find("value_int"); number != node.numbers.end())
        return {{}, {}, number->second};
    const auto numbers = node.numbers.find("value_ints");
    require(numbers != node.numbers.end(), node, "must have a tensor");
    return {{std::ssize(numbers->second)}, {}, numbers->second};
}

}  // namespace

void OnnxReader::read_input() {
    if (model_.inputs.size() != 1 || model_.outputs.size() != 1)
        throw Error("the model must have one input and one output");
    const auto& [name, extents] = *model_.inputs.begin();
    if (extents.size() != 2 && extents.size() != 4)
        throw Error("the input '" + name + "' must be [batch][channels][height][width] or [batch][features]");
    for (std::size_t i = 1; i < extents.size(); ++i)
        if (extents[i] < 1 || extents[i] > 65535)
            throw Error("the input '" + name + "' must say its extents, but for the batch");
    const auto extent = [&, &all = extents](std::size_t i) { return static_cast<int>(all[i]); };
    graph_.values.push_back(extents.size() == 2 ? Shape{extent(1), 1, 1, true}
                                                : Shape{extent(1), extent(2), extent(3), false});
    if (graph_.values[0].size() > most_values) throw Error("the input '" + name + "' is too large");
    values_[name] = 0;
}

const OnnxTensor* OnnxReader::constant(const OnnxNode& node, std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    const auto found = constants_.find(node.inputs[input]);
    return found == constants_.end() ? nullptr : &found->second;
}

const OnnxTensor& OnnxReader::weights(const OnnxNode& node, std::size_t input, std::size_t rank) const {
    const OnnxTensor* tensor = constant(node, input);
    if (!tensor || tensor->extents.size() != rank || tensor->values.empty())
        refuse(node, "input " + std::to_string(input) + " must be a constant of floats with " + std::to_string(rank) +
                         " extents");
    return *tensor;
}

void OnnxReader::add_bias(const OnnxNode& node, std::vector<std::vector<float>>& tensors, Index outputs) const {
    if (node.inputs.size() < 3 || node.inputs[2].empty()) return;
    tensors.push_back(weights(node, 2, 1).values);
    require(std::ssize(tensors.back()) == outputs, node, "the bias must have a value for every output");
}

int OnnxReader::value(const OnnxNode& node, std::size_t input) const {
    const auto found = input < node.inputs.size() ? values_.find(node.inputs[input]) : values_.end();
    if (found == values_.end()) refuse(node, "input " + std::to_string(input) + " is not what a node before gives");
    return found->second;
}

Shape OnnxReader::moved(const OnnxNode& node, const Window& w, int channels) const {
    const ShapeResult result = window_rule(w, shape(node), channels);
    require(result.ok(), node, "the window does not fit its input");
    return result.out;
}

void OnnxReader::add(const OnnxNode& node, const Operation& operation, Shape out,
                     std::vector<std::vector<float>> tensors, std::size_t inputs) {
    GraphNode g{operation, node.words(), {}, static_cast<int>(graph_.values.size()), std::move(tensors)};
    for (std::size_t i = 0; i < inputs; ++i) g.inputs.push_back(value(node, i));
    require(out.size() <= most_values, node, "gives too many values");
    graph_.values.push_back(out);
    values_[node.outputs[0]] = g.output;
    graph_.nodes.push_back(std::move(g));
}

void OnnxReader::pass(const OnnxNode& node) {
    if (const OnnxTensor* known = constant(node, 0))
        constants_[node.outputs[0]] = *known;
    else
        values_[node.outputs[0]] = value(node, 0);
}

void OnnxReader::combine(const OnnxNode& node, bool adds) {
    require(node.inputs.size() == 2, node, "must have two inputs");
    if (!adds && gates_itself(node)) return;
    OnnxNode own = node;
    if (constant(own, 0)) std::swap(own.inputs[0], own.inputs[1]);
    const Shape in = shape(own);
    if (const OnnxTensor* by = constant(own, 1)) {
        require(std::ssize(by->values) == in.channels &&
                    (in.is_vector || (by->extents.size() >= 3 && by->extents[by->extents.size() - 3] == in.channels)),
                node, "a constant must have a value a channel");
        const std::vector<float> none(in.channels, adds ? 1.0f : 0.0f);
        add(own, {.kind = Operation::scale}, in,
            adds ? std::vector<std::vector<float>>{none, by->values} : std::vector{by->values, none});
        return;
    }
    const Shape other = graph_.values[value(own, 1)];
    const bool fits =
        adds ? in == other : in.channels == other.channels && (in.plane() == 1 || other.plane() == 1 || in == other);
    require(fits, node, "both inputs must have one shape");
    if (!adds && in.size() > other.size()) std::swap(own.inputs[0], own.inputs[1]);
    add(own, {.kind = adds ? Operation::add : Operation::multiply}, in.size() > other.size() ? in : other, {}, 2);
}

bool OnnxReader::gates_itself(const OnnxNode& node) {
    for (const std::size_t gate : {std::size_t{0}, std::size_t{1}}) {
        const auto of = values_.find(node.inputs[gate]), other = values_.find(node.inputs[1 - gate]);
        const int by = of == values_.end() || other == values_.end() ? -1 : graph_.producer(of->second);
        if (by < 0 || graph_.nodes[by].inputs[0] != other->second || uses_.at(node.inputs[gate]) != 1) continue;
        const Operation& factor = graph_.nodes[by].operation;
        if (factor != pointwise(functions::sigmoid) && factor != pointwise(functions::hard_sigmoid)) continue;
        graph_.nodes[by].operation =
            pointwise(factor == pointwise(functions::sigmoid) ? functions::silu : functions::hard_swish);
        values_[node.outputs[0]] = of->second;
        return true;
    }
    return false;
}

void OnnxReader::concat(const OnnxNode& node) {
    require(node.number("axis", 1) == 1, node, "axis must be 1");
    Shape out = shape(node);
    Index channels = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const Shape part = graph_.values[value(node, i)];
        require(part.height == out.height && part.width == out.width, node, "all inputs must have one size");
        channels += part.channels;
    }
    require(channels <= most_values / out.plane(), node, "gives too many values");
    out.channels = static_cast<int>(channels);
    add(node, {.kind = Operation::concat}, out, {}, node.inputs.size());
}

void OnnxReader::flatten(const OnnxNode& node) {
    const Shape in = shape(node);
    if (in.is_vector) return pass(node);
    add(node, {.kind = Operation::flatten}, Shape{static_cast<int>(in.size()), 1, 1, true});
}

void OnnxReader::reshape(const OnnxNode& node) {
    const OnnxTensor* to = constant(node, 1);
    require(to && to->numbers.size() == 2 && (to->numbers[1] == -1 || to->numbers[1] == shape(node).size()), node,
            "must flatten every sample to a vector");
    flatten(node);
}

void OnnxReader::mean(const OnnxNode& node) {
    const OnnxTensor* input = constant(node, 1);
    const auto attribute = node.numbers.find("axes");
    std::vector<std::int64_t> axes = input ? input->numbers : std::vector<std::int64_t>{};
    if (attribute != node.numbers.end()) axes = attribute->second;
    for (std::int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
    std::sort(axes.begin(), axes.end());
    require(!shape(node).is_vector && axes == std::vector<std::int64_t>{2, 3}, node, "must be over rows and columns");
    const bool vector = node.number("keepdims", 1) == 0;
    add(node, {.kind = Operation::global_average_pool}, Shape{shape(node).channels, 1, 1, vector});
}

void OnnxReader::read(const OnnxNode& node) {
    if (node.type == "Constant") {
        constants_[node.outputs[0]] = constant_of(node);
        return;
    }
    if (node.type == "Shape") {
        const OnnxTensor* known = constant(node, 0);
        constants_[node.outputs[0]] = shape_of(node, known ? known->extents : extents_of(shape(node)));
        return;
    }
    std::vector<const OnnxTensor*> numbers;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) numbers.push_back(constant(node, i));
    if (auto computed = computed_constant(node, numbers)) {
        constants_[node.outputs[0]] = std::move(*computed);
        return;
    }
    if (const auto function = function_of(node, numbers)) return add(node, pointwise(*function), shape(node));
    static const std::map<std::string, std::function<void(OnnxReader&, const OnnxNode&)>> readers = {
        {"Conv", [](auto& r, const auto& n) { r.convolution(n); }},
        {"ConvTranspose", [](auto& r, const auto& n) { r.transposed_convolution(n); }},
        {"Pad", [](auto& r, const auto& n) { r.pad(n); }},
        {"Gemm", [](auto& r, const auto& n) { r.gemm(n); }},
        {"MatMul", [](auto& r, const auto& n) { r.dense(n, false, false); }},
        {"BatchNormalization", [](auto& r, const auto& n) { r.norm(n); }},
        {"MaxPool", [](auto& r, const auto& n) { r.pool(n, true); }},
        {"AveragePool", [](auto& r, const auto& n) { r.pool(n, false); }},
        {"GlobalAveragePool",
         [](auto& r, const auto& n) {
             r.add(n, {.kind = Operation::global_average_pool}, Shape{r.shape(n).channels, 1, 1, false});
         }},
        {"ReduceMean", [](auto& r, const auto& n) { r.mean(n); }},
        {"Add", [](auto& r, const auto& n) { r.combine(n, true); }},
        {"Mul", [](auto& r, const auto& n) { r.combine(n, false); }},
        {"Concat", [](auto& r, const auto& n) { r.concat(n); }},
        {"Flatten", [](auto& r, const auto& n) { r.flatten(n); }},
        {"Reshape", [](auto& r, const auto& n) { r.reshape(n); }},
        {"Softmax", [](auto& r, const auto& n) { r.add(n, {.kind = Operation::softmax}, r.shape(n)); }},
        {"Identity", [](auto& r, const auto& n) { r.pass(n); }},
        {"Dropout", [](auto& r, const auto& n) { r.pass(n); }},
    };
    const auto reader = readers.find(node.type);
    if (reader == readers.end()) refuse(node, "is of an operation that cannot be imported");
    reader->second(*this, node);
}

}  // namespace tn::onnx

namespace tn {

InferenceGraph onnx_graph(const OnnxModel& model) { return onnx::OnnxReader(model).run(); }

}  // namespace tn
