#include "runtime/export/onnx_sequences.hpp"

namespace tn {

namespace {

using Extents = OnnxNodes::Extents;

/// The steps of one layer, each with a name of its own.
class Steps {
public:
    Steps(OnnxNodes& nodes, const GraphNode& node, std::size_t number, Shape in, Shape out)
        : nodes_(nodes), node_(node), prefix_("layer_" + std::to_string(number) + "_"), in_(in), out_(out) {}

    std::string layer_norm(const std::string& x) {
        const Extents each = in_.is_vector ? Extents{in_.channels} : Extents{in_.channels, 1, 1};
        return scaled(normalised(x, 1), each);
    }

    /// Each group as one row: [batch][groups][values].
    std::string group_norm(const std::string& x) {
        const Extents each = in_.is_vector ? Extents{in_.channels} : Extents{in_.channels, 1, 1};
        const std::string rows = reshaped(x, {0, node_.operation.groups, -1});
        return scaled(reshaped(normalised(rows, 2), extents_of(in_)), each);
    }

    std::string reshape(const std::string& x) { return reshaped(x, extents_of(out_)); }

private:
    std::string next() { return prefix_ + std::to_string(count_++); }

    std::string step(const char* type, const std::vector<std::string>& inputs, const OnnxNodes::Lists& lists = {},
                     const OnnxNodes::Numbers& numbers = {}) {
        const std::string name = next();
        nodes_.add(type, inputs, name, node_.layer + " (" + name + ")", lists, numbers);
        return name;
    }
    std::string constant(const Extents& extents, const std::vector<float>& values) {
        const std::string name = next();
        nodes_.write_tensor(name, extents, values);
        return name;
    }
    std::string whole_numbers(const Extents& values) {
        const std::string name = next();
        nodes_.write_whole_numbers(name, values);
        return name;
    }
    std::string number(float value) { return constant({}, {value}); }
    /// Parameter or state `i` of the layer.
    std::string tensor(std::size_t i, const Extents& extents) { return constant(extents, node_.tensors[i]); }

    /// Of a batch, whose extent is taken over.
    static Extents extents_of(Shape shape) {
        if (shape.is_vector) return {0, shape.channels};
        return {0, shape.channels, shape.height, shape.width};
    }
    std::string reshaped(const std::string& x, const Extents& extents) {
        return step("Reshape", {x, whole_numbers(extents)});
    }
    /// (x - mean) / sqrt(variance + epsilon) along an axis.
    std::string normalised(const std::string& x, std::int64_t axis) {
        const auto mean = [&](const std::string& of) { return step("ReduceMean", {of}, {{"axes", {axis}}}); };
        const std::string centred = step("Sub", {x, mean(x)});
        const std::string variance = mean(step("Mul", {centred, centred}));
        return step("Div", {centred, step("Sqrt", {step("Add", {variance, number(node_.operation.epsilon)})})});
    }
    std::string scaled(const std::string& x, const Extents& each) {
        return step("Add", {step("Mul", {x, tensor(0, each)}), tensor(1, each)});
    }

    OnnxNodes& nodes_;
    const GraphNode& node_;
    const std::string prefix_;
    const Shape in_, out_;
    int count_ = 0;
};

}  // namespace

bool write_sequence_layer(OnnxNodes& nodes, const GraphNode& node, std::size_t number, Shape in, Shape out,
                          const std::string& x, const std::string& y) {
    Steps steps(nodes, node, number, in, out);
    std::string result;
    switch (node.operation.kind) {
        case Operation::layer_norm: result = steps.layer_norm(x); break;
        case Operation::group_norm: result = steps.group_norm(x); break;
        case Operation::reshape: result = steps.reshape(x); break;
        default: return false;
    }
    nodes.add("Identity", {result}, y, node.layer);
    return true;
}

}  // namespace tn
