#include "runtime/export/onnx_sequences.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

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

    /// Channels stay before positions, so that a projection is weight [outputs][D] times [batch][D][N].
    std::string attention(const std::string& x) {
        const std::int64_t d = in_.channels, heads = node_.operation.heads;
        const bool bias = node_.operation.bias;
        const std::vector<float>& in_weight = node_.tensors[0];
        const std::vector<float> none(3 * d, 0.0f);
        const std::vector<float>& in_bias = bias ? node_.tensors[1] : none;
        const std::string tokens = reshaped(x, {0, d, -1});
        std::string of_heads[3];  // q, k and v: [batch][heads][d][N]
        for (std::ptrdiff_t i = 0; i < 3; ++i) {
            const std::vector<float> weight(in_weight.begin() + i * d * d, in_weight.begin() + (i + 1) * d * d);
            const std::vector<float> offset(in_bias.begin() + i * d, in_bias.begin() + (i + 1) * d);
            of_heads[i] = reshaped(projected(tokens, weight, offset), {0, heads, d / heads, -1});
        }
        const std::string scale = number(1 / std::sqrt(static_cast<float>(d / heads)));
        const std::string q = step("Transpose", {step("Mul", {of_heads[0], scale})}, {{"perm", {0, 1, 3, 2}}});
        const std::string probabilities = step("Softmax", {step("MatMul", {q, of_heads[1]})}, {}, {{"axis", 3}});
        const std::string looked_at = step("Transpose", {probabilities}, {{"perm", {0, 1, 3, 2}}});
        const std::string seen = reshaped(step("MatMul", {of_heads[2], looked_at}), {0, d, -1});
        const std::vector<float> zeros(d, 0.0f);
        return reshaped(projected(seen, node_.tensors[bias ? 2 : 1], bias ? node_.tensors[3] : zeros),
                        extents_of(out_));
    }

    std::string position_embedding(const std::string& x) {
        return step("Add", {x, tensor(0, {in_.channels, in_.height, in_.width})});
    }

    /// A place is made by padding, and the token added to the zeros there.
    std::string class_token(const std::string& x) {
        const std::string padded =
            step("Pad", {reshaped(x, {0, in_.channels, 1, -1}), whole_numbers({0, 0, 0, 1, 0, 0, 0, 0})});
        std::vector<float> token(out_.size(), 0.0f);
        for (std::size_t c = 0; c < node_.tensors[0].size(); ++c) token[c * out_.plane()] = node_.tensors[0][c];
        return step("Add", {padded, constant({out_.channels, 1, out_.width}, token)});
    }

    std::string slice(const std::string& x) {
        const std::int64_t first = node_.operation.first;
        return reshaped(
            step("Slice", {x, whole_numbers({first}), whole_numbers({first + out_.size()}), whole_numbers({1})}),
            extents_of(out_));
    }

    std::string first_token(const std::string& x) {
        const std::string tokens = reshaped(x, {0, in_.channels, -1});
        return reshaped(step("Gather", {tokens, whole_numbers({0})}, {}, {{"axis", 2}}), extents_of(out_));
    }

    /// Numbers that are no word are cut to the range, as in training.
    std::string embedding(const std::string& x) {
        const std::int64_t words = node_.operation.vocabulary;
        const std::string cut = step("Clip", {x, number(0), number(static_cast<float>(words - 1))});
        const std::string rows = step("Cast", {cut}, {}, {{"to", 7}});  // to INT64
        const std::string embedded = step("Gather", {tensor(0, {words, out_.channels}), rows}, {}, {{"axis", 0}});
        return reshaped(step("Transpose", {embedded}, {{"perm", {0, 2, 1}}}), extents_of(out_));
    }

    /// GRU and LSTM: ONNX wants [N][batch][C], and the gates in another order than PyTorch.
    std::string recurrent(const std::string& x) {
        const bool is_gru = node_.operation.kind == Operation::gru;
        const std::vector<int> order = is_gru ? std::vector<int>{1, 0, 2} : std::vector<int>{0, 3, 1, 2};
        const std::int64_t gates = std::ssize(order), hidden = node_.operation.features;
        const auto in_order = [&](std::size_t i) {
            const std::ptrdiff_t each = std::ssize(node_.tensors[i]) / gates;
            std::vector<float> sorted;
            for (const int gate : order)
                sorted.insert(sorted.end(), node_.tensors[i].begin() + gate * each,
                              node_.tensors[i].begin() + (gate + 1) * each);
            return sorted;
        };
        std::vector<float> bias = in_order(2), hidden_bias = in_order(3);
        bias.insert(bias.end(), hidden_bias.begin(), hidden_bias.end());
        const OnnxNodes::Names inputs{step("Transpose", {reshaped(x, {0, in_.channels, -1})}, {{"perm", {2, 0, 1}}}),
                                      constant({1, gates * hidden, in_.channels}, in_order(0)),
                                      constant({1, gates * hidden, hidden}, in_order(1)),
                                      constant({1, 2 * gates * hidden}, bias)};
        const std::string all = next(), last = next();
        OnnxNodes::Numbers attributes{{"hidden_size", hidden}};
        if (is_gru) attributes.push_back({"linear_before_reset", 1});
        nodes_.add(is_gru ? "GRU" : "LSTM", inputs, {all, last}, node_.layer + " (" + all + ")", {}, attributes);
        if (node_.operation.last) {
            const std::string squeezed = next();
            nodes_.add_squeeze(last, squeezed, node_.layer + " (" + squeezed + ")", 0);
            return squeezed;
        }
        return step("Transpose", {all}, {{"perm", {2, 3, 1, 0}}});
    }

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
        const auto mean = [&](const std::string& of) {
            const std::string name = next();
            nodes_.add_mean(of, name, node_.layer + " (" + name + ")", axis);
            return name;
        };
        const std::string centred = step("Sub", {x, mean(x)});
        const std::string variance = mean(step("Mul", {centred, centred}));
        return step("Div", {centred, step("Sqrt", {step("Add", {variance, number(node_.operation.epsilon)})})});
    }
    std::string projected(const std::string& x, const std::vector<float>& weight, const std::vector<float>& bias) {
        const std::int64_t outputs = std::ssize(bias);
        const std::string product = step("MatMul", {constant({outputs, in_.channels}, weight), x});
        return step("Add", {product, constant({outputs, 1}, bias)});
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
        case Operation::attention: result = steps.attention(x); break;
        case Operation::position_embedding: result = steps.position_embedding(x); break;
        case Operation::class_token: result = steps.class_token(x); break;
        case Operation::slice: result = steps.slice(x); break;
        case Operation::first_token: result = steps.first_token(x); break;
        case Operation::embedding: result = steps.embedding(x); break;
        case Operation::gru:
        case Operation::lstm: result = steps.recurrent(x); break;
        default: return false;
    }
    nodes.add("Identity", {result}, y, node.layer);
    return true;
}

}  // namespace tn
