#include "runtime/export/onnx_graph.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "dsl/core/functions.hpp"
#include "runtime/export/onnx_checks.hpp"
#include "runtime/export/onnx_extents.hpp"

namespace tn {

namespace {

using namespace onnx;

class OnnxReader {
public:
    explicit OnnxReader(const OnnxModel& model) : model_(model), constants_(model.constants) {}

    InferenceGraph run() {
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
        for (const OnnxNode& node : model_.nodes) read(node);
        const auto output = values_.find(model_.outputs[0]);
        if (output == values_.end()) throw Error("no node gives the output '" + model_.outputs[0] + "'");
        graph_.output = output->second;
        simplify(graph_, graph_.values[graph_.output].channels);
        return std::move(graph_);
    }

private:
    static constexpr Index most_values = Index{1} << 30;

    const OnnxTensor* constant(const OnnxNode& node, std::size_t input) const {
        if (input >= node.inputs.size()) return nullptr;
        const auto found = constants_.find(node.inputs[input]);
        return found == constants_.end() ? nullptr : &found->second;
    }
    const OnnxTensor& weights(const OnnxNode& node, std::size_t input, std::size_t rank) const {
        const OnnxTensor* tensor = constant(node, input);
        if (!tensor || tensor->extents.size() != rank || tensor->values.empty())
            refuse(node, "input " + std::to_string(input) + " must be a constant of floats with " +
                             std::to_string(rank) + " extents");
        return *tensor;
    }
    int value(const OnnxNode& node, std::size_t input) const {
        const auto found = input < node.inputs.size() ? values_.find(node.inputs[input]) : values_.end();
        if (found == values_.end()) refuse(node, "input " + std::to_string(input) + " is not what a node before gives");
        return found->second;
    }
    Shape shape(const OnnxNode& node) const { return graph_.values[value(node, 0)]; }

    void add(const OnnxNode& node, const Operation& operation, Shape out, std::vector<std::vector<float>> tensors = {},
             std::size_t inputs = 1) {
        GraphNode g{operation, node.words(), {}, static_cast<int>(graph_.values.size()), std::move(tensors)};
        for (std::size_t i = 0; i < inputs; ++i) g.inputs.push_back(value(node, i));
        require(out.size() <= most_values, node, "gives too many values");
        graph_.values.push_back(out);
        values_[node.outputs[0]] = g.output;
        graph_.nodes.push_back(std::move(g));
    }
    /// The node does nothing.
    void pass(const OnnxNode& node) {
        if (const OnnxTensor* known = constant(node, 0))
            constants_[node.outputs[0]] = *known;
        else
            values_[node.outputs[0]] = value(node, 0);
    }

    Shape moved(const OnnxNode& node, const Window& w, int channels) const {
        const ShapeResult result = window_rule(w, shape(node), channels);
        require(result.ok(), node, "the window does not fit its input");
        return result.out;
    }

    /// Zeros around an image: part of the convolution that reads it.
    void pad(const OnnxNode& node) {
        const OnnxTensor* pads = constant(node, 1);
        const OnnxTensor* filled = constant(node, 2);
        const auto mode = node.texts.find("mode");
        const bool zeros = (mode == node.texts.end() || mode->second == "constant") &&
                           (!filled || (filled->values.size() == 1 && filled->values[0] == 0));
        require(pads && pads->numbers.size() == 8 && zeros, node, "must be of zeros, as many as a constant says");
        const auto at = [&](std::size_t i) { return extent_of(node, pads->numbers[i]); };
        require(at(0) == 0 && at(1) == 0 && at(4) == 0 && at(5) == 0, node, "must be around the image");
        value(node, 0);
        padded_[node.outputs[0]] = {node.inputs[0], {at(2), at(3), at(6), at(7)}};
    }
    void convolution(const OnnxNode& padded) {
        OnnxNode node = padded;
        Padding before{};
        if (const auto found = padded_.find(node.inputs.empty() ? "" : node.inputs[0]); found != padded_.end())
            std::tie(node.inputs[0], before) = found->second;
        const OnnxTensor& weight = weights(node, 1, 4);
        const int filters = static_cast<int>(weight.extents[0]), groups = extent_of(node, node.number("group", 1));
        Window w = window_of(node, extent_of(node, weight.extents[2]), extent_of(node, weight.extents[3]));
        w.pad = {w.pad.top + before.top, w.pad.left + before.left, w.pad.bottom + before.bottom,
                 w.pad.right + before.right};
        require(groups > 0 && weight.extents[1] * groups == shape(node).channels && filters % groups == 0, node,
                "the weights do not fit its input");
        std::vector<std::vector<float>> tensors{weight.values};
        if (node.inputs.size() > 2) {
            tensors.push_back(weights(node, 2, 1).values);
            require(std::ssize(tensors[1]) == filters, node, "the bias must have a value for every filter");
        }
        add(node, {.kind = Operation::convolution, .window = w, .features = filters, .groups = groups},
            moved(node, w, filters), std::move(tensors));
    }
    /// weight [inputs][outputs], or the other way where `turned`.
    void dense(const OnnxNode& node, bool turned, bool bias) {
        const OnnxTensor& weight = weights(node, 1, 2);
        const Index rows = weight.extents[0], columns = weight.extents[1], outputs = turned ? rows : columns,
                    inputs = turned ? columns : rows;
        require(shape(node).is_vector && inputs == shape(node).size(), node, "the weights do not fit its input");
        std::vector<std::vector<float>> tensors{weight.values};
        for (Index i = 0; !turned && i < inputs; ++i)
            for (Index o = 0; o < outputs; ++o) tensors[0][o * inputs + i] = weight.values[i * outputs + o];
        if (bias && node.inputs.size() > 2) {
            tensors.push_back(weights(node, 2, 1).values);
            require(std::ssize(tensors[1]) == outputs, node, "the bias must have a value for every output");
        }
        add(node, {.kind = Operation::dense, .features = static_cast<int>(outputs)},
            Shape{static_cast<int>(outputs), 1, 1, true}, std::move(tensors));
    }
    void gemm(const OnnxNode& node) {
        const auto is_one = [&](const char* name) { return !node.floats.contains(name) || node.floats.at(name) == 1; };
        require(is_one("alpha") && is_one("beta") && node.number("transA", 0) == 0, node,
                "alpha and beta must be 1 and transA 0");
        dense(node, node.number("transB", 0) != 0, true);
    }
    void norm(const OnnxNode& node) {
        std::vector<std::vector<float>> tensors;
        for (std::size_t i = 1; i < 5; ++i) {
            tensors.push_back(weights(node, i, 1).values);
            require(std::ssize(tensors.back()) == shape(node).channels, node, "a tensor must have a value a channel");
        }
        const auto epsilon = node.floats.find("epsilon");
        add(node, {.kind = Operation::batch_norm, .epsilon = epsilon == node.floats.end() ? 1e-5f : epsilon->second},
            shape(node), std::move(tensors));
    }
    void pool(const OnnxNode& node, bool largest) {
        const auto kernel = node.numbers.find("kernel_shape");
        require(kernel != node.numbers.end() && kernel->second.size() == 2, node, "kernel_shape must have two extents");
        const Window w = window_of(node, extent_of(node, kernel->second[0]), extent_of(node, kernel->second[1]));
        require(w.kernel_h > 0 && w.kernel_w > 0, node, "kernel_shape must be at least 1");
        require(largest || w.pad == Padding{} || node.number("count_include_pad", 0) == 1, node,
                "count_include_pad must be 1 where there is padding");
        add(node, {.kind = largest ? Operation::max_pool : Operation::average_pool, .window = w},
            moved(node, w, shape(node).channels));
    }
    /// Of two values, or of one and a constant that has a value a channel.
    void combine(const OnnxNode& node, bool adds) {
        require(node.inputs.size() == 2, node, "must have two inputs");
        OnnxNode own = node;
        if (constant(own, 0)) std::swap(own.inputs[0], own.inputs[1]);
        const Shape in = shape(own);
        if (const OnnxTensor* by = constant(own, 1)) {
            require(
                std::ssize(by->values) == in.channels &&
                    (in.is_vector || (by->extents.size() >= 3 && by->extents[by->extents.size() - 3] == in.channels)),
                node, "a constant must have a value a channel");
            const std::vector<float> none(in.channels, adds ? 1.0f : 0.0f);
            add(own, {.kind = Operation::scale}, in,
                adds ? std::vector<std::vector<float>>{none, by->values} : std::vector{by->values, none});
            return;
        }
        const Shape other = graph_.values[value(own, 1)];
        const bool fits = adds
                              ? in == other
                              : in.channels == other.channels && (in.plane() == 1 || other.plane() == 1 || in == other);
        require(fits, node, "both inputs must have one shape");
        if (!adds && in.size() > other.size()) std::swap(own.inputs[0], own.inputs[1]);
        add(own, {.kind = adds ? Operation::add : Operation::multiply}, in.size() > other.size() ? in : other, {}, 2);
    }
    void concat(const OnnxNode& node) {
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
    void flatten(const OnnxNode& node) {
        const Shape in = shape(node);
        if (in.is_vector) return pass(node);
        add(node, {.kind = Operation::flatten}, Shape{static_cast<int>(in.size()), 1, 1, true});
    }
    void reshape(const OnnxNode& node) {
        const OnnxTensor* to = constant(node, 1);
        require(to && to->numbers.size() == 2 && (to->numbers[1] == -1 || to->numbers[1] == shape(node).size()), node,
                "must flatten every sample to a vector");
        flatten(node);
    }
    void clip(const OnnxNode& node) {
        const auto bound = [&](std::size_t input, const char* name) {
            const OnnxTensor* by = constant(node, input);
            if (by && by->values.size() == 1) return by->values[0];
            const auto found = node.floats.find(name);
            if (found == node.floats.end()) refuse(node, "must be from 0 to 6");
            return found->second;
        };
        require(bound(1, "min") == 0 && bound(2, "max") == 6, node, "must be from 0 to 6");
        add(node, pointwise(functions::relu6), shape(node));
    }
    void mean(const OnnxNode& node) {
        const OnnxTensor* input = constant(node, 1);
        const auto attribute = node.numbers.find("axes");
        std::vector<std::int64_t> axes = input ? input->numbers : std::vector<std::int64_t>{};
        if (attribute != node.numbers.end()) axes = attribute->second;
        for (std::int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
        std::sort(axes.begin(), axes.end());
        require(!shape(node).is_vector && axes == std::vector<std::int64_t>{2, 3}, node,
                "must be over rows and columns");
        const bool vector = node.number("keepdims", 1) == 0;
        add(node, {.kind = Operation::global_average_pool}, Shape{shape(node).channels, 1, 1, vector});
    }

    void read(const OnnxNode& node) {
        if (node.type == "Constant") {
            const auto found = node.tensors.find("value");
            require(found != node.tensors.end(), node, "must have a tensor");
            constants_[node.outputs[0]] = found->second;
            return;
        }
        if (node.type == "Shape") {
            constants_[node.outputs[0]] = extents_of(node, shape(node));
            return;
        }
        std::vector<const OnnxTensor*> numbers;
        for (std::size_t i = 0; i < node.inputs.size(); ++i) numbers.push_back(constant(node, i));
        if (auto extents = computed_extents(node, numbers)) {
            constants_[node.outputs[0]] = std::move(*extents);
            return;
        }
        static const std::map<std::string, std::function<void(OnnxReader&, const OnnxNode&)>> readers = {
            {"Conv", [](auto& r, const auto& n) { r.convolution(n); }},
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
            {"Clip", [](auto& r, const auto& n) { r.clip(n); }},
            {"Relu", [](auto& r, const auto& n) { r.add(n, pointwise(functions::relu), r.shape(n)); }},
            {"Sigmoid", [](auto& r, const auto& n) { r.add(n, pointwise(functions::sigmoid), r.shape(n)); }},
            {"Tanh", [](auto& r, const auto& n) { r.add(n, pointwise(functions::tanh), r.shape(n)); }},
            {"Softmax", [](auto& r, const auto& n) { r.add(n, {.kind = Operation::softmax}, r.shape(n)); }},
            {"Identity", [](auto& r, const auto& n) { r.pass(n); }},
            {"Dropout", [](auto& r, const auto& n) { r.pass(n); }},
        };
        const auto reader = readers.find(node.type);
        if (reader == readers.end()) refuse(node, "is of an operation that cannot be imported");
        reader->second(*this, node);
    }

    const OnnxModel& model_;
    std::map<std::string, OnnxTensor> constants_;
    std::map<std::string, int> values_;
    std::map<std::string, std::pair<std::string, Padding>> padded_;  ///< by name: the value, and zeros around it
    InferenceGraph graph_;
};

}  // namespace

InferenceGraph onnx_graph(const OnnxModel& model) { return OnnxReader(model).run(); }

}  // namespace tn
