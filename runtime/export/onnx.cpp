#include "runtime/export/onnx.hpp"

#include <nlohmann/json.hpp>
#include <protozero/pbf_builder.hpp>

#include "dsl/core/functions.hpp"
#include "runtime/export/onnx_nodes.hpp"
#include "runtime/export/onnx_sequences.hpp"

namespace tn {

namespace {

// The field numbers of ONNX's onnx.proto, as far as they are used here.
enum class ModelField : protozero::pbf_tag_type {
    ir_version = 1,
    producer_name = 2,
    graph = 7,
    opset_import = 8,
    metadata = 14
};
enum class OpsetField : protozero::pbf_tag_type { version = 2 };
enum class EntryField : protozero::pbf_tag_type { key = 1, value = 2 };
template <class Field> using Message = protozero::pbf_builder<Field>;

class GraphWriter : private OnnxNodes {
public:
    GraphWriter(std::string& out, const InferenceGraph& graph, int opset) : OnnxNodes(out, opset), graph_(graph) {}

    void write(const OnnxInfo& info) {
        begin("typenet", graph_.description);
        if (!info.inputs.empty()) join_inputs(info.inputs);
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) write(graph_.nodes[i], i);
        // The output has a name of its own also where nothing follows the layer that gives it.
        add("Identity", {value(graph_.output)}, "y", "output");
        if (info.inputs.empty()) add_input("x", graph_.values[0]);
        if (info.outputs.empty())
            add_output("y", graph_.values[graph_.output]);
        else
            split_outputs(info.outputs);
    }

private:
    static void check_size(const char* what, const std::vector<OnnxPart>& parts, Shape whole) {
        Index values = 0;
        for (const OnnxPart& part : parts) values += part.shape.size();
        if (values != whole.size())
            throw Error(std::string("the named ") + what + " have " + std::to_string(values) +
                        " values together, but the network's has " + std::to_string(whole.size()));
    }
    void join_inputs(const std::vector<OnnxPart>& parts) {
        check_size("inputs", parts, graph_.values[0]);
        std::vector<std::string> flat;
        for (const OnnxPart& part : parts) {
            add_input(part.name, part.shape);
            flat.push_back(part.name + "_flat");
            add("Flatten", {part.name}, flat.back(), flat.back(), {}, {{"axis", 1}});
        }
        add("Concat", flat, "x", "input", {}, {{"axis", 1}});
    }
    void split_outputs(const std::vector<OnnxPart>& parts) {
        check_size("outputs", parts, graph_.values[graph_.output]);
        Index first = 0;
        write_whole_numbers("axis_of_values", {1});
        for (const OnnxPart& part : parts) {
            write_whole_numbers(part.name + "_first", {first});
            first += part.shape.size();
            write_whole_numbers(part.name + "_end", {first});
            add("Slice", {"y", part.name + "_first", part.name + "_end", "axis_of_values"}, part.name, part.name);
            add_output(part.name, Shape{static_cast<int>(part.shape.size()), 1, 1, true});
        }
    }

    static Error no_form(const GraphNode& node) { return Error("layer " + node.layer + ": has no form in ONNX"); }
    static const char* function_type(Expression::Code code) {
        switch (code) {
            case Expression::add: return "Add";
            case Expression::subtract: return "Sub";
            case Expression::multiply: return "Mul";
            case Expression::divide: return "Div";
            case Expression::minimum: return "Min";
            case Expression::maximum: return "Max";
            case Expression::negate: return "Neg";
            case Expression::absolute: return "Abs";
            case Expression::square_root: return "Sqrt";
            case Expression::exponential: return "Exp";
            case Expression::logarithm: return "Log";
            case Expression::hyperbolic_tangent: return "Tanh";
            case Expression::error_function: return "Erf";
            case Expression::logistic: return "Sigmoid";
            case Expression::soft_plus: return "Softplus";
            default: return nullptr;
        }
    }

    /// A node for every step of the formula, or the one that says it all, which runtimes fuse with what is before it.
    void write_function(const GraphNode& node, const std::string& x, const std::string& result) {
        const Expression& f = node.operation.function;
        if (f == functions::relu) return add("Relu", {x}, result, node.layer);
        if (f == functions::relu6) {
            write_tensor(result + "_least", {}, {0});
            write_tensor(result + "_most", {}, {6});
            return add("Clip", {x, result + "_least", result + "_most"}, result, node.layer);
        }
        std::vector<std::string> open;  // values that no step has read yet
        for (int step = 0; step < f.size; ++step) {
            const Expression::Code code = f.code(step);
            const std::string name = step + 1 == f.size ? result : result + "_step_" + std::to_string(step);
            if (code == Expression::variable) {
                open.push_back(x);
                continue;
            }
            if (code == Expression::constant) {
                const std::string constant = result + "_step_" + std::to_string(step);
                write_tensor(constant, {}, {f.value(step)});
                open.push_back(constant);
                continue;
            }
            const int operands = Expression::operands(code);
            const std::vector<std::string> inputs(open.end() - operands, open.end());
            open.resize(open.size() - inputs.size());
            if (code == Expression::exponential_minus_1) {  // e^a - 1 = tanh(a / 2) (e^a + 1), exact near 0
                write_tensor(name + "_half", {}, {0.5f});
                write_tensor(name + "_one", {}, {1.0f});
                const std::string step_name = node.layer + " (step " + std::to_string(step) + ")";
                add("Mul", {inputs[0], name + "_half"}, name + "_halved", step_name + " half");
                add("Tanh", {name + "_halved"}, name + "_tanh", step_name + " tanh");
                add("Exp", inputs, name + "_exp", step_name + " exp");
                add("Add", {name + "_exp", name + "_one"}, name + "_sum", step_name + " sum");
                add("Mul", {name + "_tanh", name + "_sum"}, name, step_name);
            } else {
                add(function_type(code), inputs, name, node.layer + " (step " + std::to_string(step) + ")");
            }
            open.push_back(name);
        }
        if (open.back() != result) add("Identity", open, result, node.layer);
    }

    using Lists = std::vector<std::pair<const char*, Extents>>;

    static Lists window_attributes(const Window& w) {
        Lists lists{{"kernel_shape", {w.kernel_h, w.kernel_w}},
                    {"pads", {w.pad.top, w.pad.left, w.pad.bottom, w.pad.right}},
                    {"strides", {w.stride_h, w.stride_w}}};
        if (w.dilation_h > 1 || w.dilation_w > 1) lists.push_back({"dilations", {w.dilation_h, w.dilation_w}});
        return lists;
    }

    static Lists transposed_attributes(const GraphNode& node) {
        Lists lists = window_attributes(node.operation.window);
        lists.push_back({"output_padding", {node.operation.output_pad, node.operation.output_pad}});
        return lists;
    }

    static std::string value(int number) { return number == 0 ? "x" : "value_" + std::to_string(number); }
    Shape shape(int number) const { return graph_.values[number]; }

    void write(const GraphNode& node, std::size_t number) {
        const std::string result = value(node.output), before_relu = node.relu ? result + "_before_relu" : result;
        std::vector<std::string> inputs;
        for (const int input : node.inputs) inputs.push_back(value(input));
        const Shape in = shape(node.inputs[0]), out = shape(node.output);
        const Window& w = node.operation.window;
        const std::string weight = "weight_" + std::to_string(number), bias = "bias_" + std::to_string(number);
        switch (node.operation.kind) {
            case Operation::convolution:
                write_tensor(
                    weight, {out.channels, in.channels / node.operation.groups_of(in.channels), w.kernel_h, w.kernel_w},
                    node.tensors[0]);
                write_tensor(bias, {out.channels}, node.tensors[1]);
                add("Conv", {inputs[0], weight, bias}, before_relu, node.layer, window_attributes(w),
                    {{"group", node.operation.groups_of(in.channels)}});
                break;
            case Operation::transposed_convolution:
                write_tensor(weight, {in.channels, out.channels, w.kernel_h, w.kernel_w}, node.tensors[0]);
                write_tensor(bias, {out.channels}, node.tensors[1]);
                add("ConvTranspose", {inputs[0], weight, bias}, before_relu, node.layer, transposed_attributes(node));
                break;
            case Operation::upsample_nearest:
            case Operation::upsample_bilinear: {
                const bool nearest = node.operation.kind == Operation::upsample_nearest;
                write_tensor(weight, {4}, {1, 1, static_cast<float>(w.stride_h), static_cast<float>(w.stride_w)});
                // Before 13 the second input, which these modes do not read, must be there.
                const std::string region = opset() < 13 ? "region_" + std::to_string(number) : "";
                if (opset() < 13) write_tensor(region, {0}, {});
                add("Resize", {inputs[0], region, weight}, before_relu, node.layer, {}, {},
                    {{"mode", nearest ? "nearest" : "linear"},
                     {"coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel"},
                     {"nearest_mode", "floor"}});
                break;
            }
            case Operation::dense:
                if (!in.is_vector) {
                    add("Flatten", inputs, inputs[0] + "_flat_" + std::to_string(number), node.layer + " (flatten)", {},
                        {{"axis", 1}});
                    inputs[0] += "_flat_" + std::to_string(number);
                }
                write_tensor(weight, {out.channels, in.size()}, node.tensors[0]);
                write_tensor(bias, {out.channels}, node.tensors[1]);
                add("Gemm", {inputs[0], weight, bias}, before_relu, node.layer, {}, {{"transB", 1}});
                break;
            case Operation::scale: {
                const Extents extents = in.is_vector ? Extents{in.channels} : Extents{in.channels, 1, 1};
                write_tensor(weight, extents, node.tensors[0]);
                write_tensor(bias, extents, node.tensors[1]);
                add("Mul", {inputs[0], weight}, result + "_scaled", node.layer + " (scale)");
                add("Add", {result + "_scaled", bias}, before_relu, node.layer);
                break;
            }
            case Operation::max_pool: add("MaxPool", inputs, before_relu, node.layer, window_attributes(w)); break;
            case Operation::average_pool:
                add("AveragePool", inputs, before_relu, node.layer, window_attributes(w), {{"count_include_pad", 1}});
                break;
            case Operation::pointwise: write_function(node, inputs[0], before_relu); break;
            case Operation::global_average_pool: add("GlobalAveragePool", inputs, before_relu, node.layer); break;
            case Operation::multiply: add("Mul", inputs, before_relu, node.layer); break;
            case Operation::add: add("Add", inputs, before_relu, node.layer); break;
            case Operation::concat: add("Concat", inputs, before_relu, node.layer, {}, {{"axis", 1}}); break;
            case Operation::softmax: add_softmax(inputs[0], before_relu, node.layer, in); break;
            case Operation::flatten: add("Flatten", inputs, before_relu, node.layer, {}, {{"axis", 1}}); break;
            default:
                if (!write_sequence_layer(*this, node, number, in, out, inputs[0], before_relu)) throw no_form(node);
        }
        if (node.relu) add("Relu", {before_relu}, result, node.layer + " (relu)");
    }

    const InferenceGraph& graph_;
};

}  // namespace

std::string to_onnx(const InferenceGraph& graph, const OnnxInfo& info) {
    if (info.opset < least_opset || info.opset > most_opset)
        throw Error("ONNX models are written with operator sets " + std::to_string(least_opset) + " to " +
                    std::to_string(most_opset) + ", not " + std::to_string(info.opset));
    std::string inner, bytes;
    GraphWriter(inner, graph, info.opset).write(info);
    Message<ModelField> model(bytes);
    model.add_int64(ModelField::ir_version, info.opset < 19 ? 8 : info.opset < 21 ? 9 : 10);
    model.add_string(ModelField::producer_name, "typenet");
    model.add_message(ModelField::graph, inner);
    Message<OpsetField>(model, ModelField::opset_import).add_int64(OpsetField::version, info.opset);
    const auto say = [&](const char* key, const nlohmann::json& value) {
        Message<EntryField> entry(model, ModelField::metadata);
        entry.add_string(EntryField::key, key);
        entry.add_string(EntryField::value, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    };
    if (!info.classes.empty()) say("classes", info.classes);
    // One of each a channel; an input that is no picture has no such thing.
    if (const Shape in = graph.values[0]; !in.is_vector && in.channels <= 3) {
        const auto of_channels = [&](const auto& values) {
            return std::vector<float>(values.begin(), values.begin() + in.channels);
        };
        say("mean", of_channels(info.normalise.mean));
        say("deviation", of_channels(info.normalise.deviation));
    }
    return bytes;
}

}  // namespace tn
