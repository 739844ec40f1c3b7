#include "runtime/export/onnx_nodes.hpp"

#include <bit>
#include <cstddef>
#include <functional>
#include <protozero/pbf_builder.hpp>
#include <string_view>

namespace tn {

namespace {

// The field numbers of ONNX's onnx.proto, as far as they are used here.
enum class GraphField : protozero::pbf_tag_type {
    node = 1,
    name = 2,
    initializer = 5,
    doc = 10,
    input = 11,
    output = 12
};
enum class NodeField : protozero::pbf_tag_type { input = 1, output = 2, name = 3, op_type = 4, attribute = 5 };
enum class AttributeField : protozero::pbf_tag_type { name = 1, i = 3, s = 4, ints = 8, type = 20 };
enum class TensorField : protozero::pbf_tag_type { dims = 1, data_type = 2, name = 8, raw_data = 9 };
enum class ValueField : protozero::pbf_tag_type { name = 1, type = 2 };
enum class TypeField : protozero::pbf_tag_type { tensor = 1 };
enum class TensorTypeField : protozero::pbf_tag_type { element = 1, shape = 2 };
enum class ShapeField : protozero::pbf_tag_type { dim = 1 };
enum class DimField : protozero::pbf_tag_type { value = 1, parameter = 2 };
constexpr int float_type = 1, int64_type = 7, attribute_int = 2, attribute_string = 3, attribute_ints = 7;

template <class Field> using Message = protozero::pbf_builder<Field>;

template <class Value>
void append_tensor(std::string& out, const std::string& name, const std::vector<std::int64_t>& extents, int type,
                   const std::vector<Value>& values) {
    static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");
    Message<GraphField> graph(out);
    Message<TensorField> tensor(graph, GraphField::initializer);
    for (const std::int64_t extent : extents) tensor.add_int64(TensorField::dims, extent);
    tensor.add_int32(TensorField::data_type, type);
    tensor.add_string(TensorField::name, name);
    tensor.add_bytes(TensorField::raw_data, reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(Value));
}

void write_value(std::string& out, GraphField field, const std::string& name, Shape shape) {
    Message<GraphField> graph(out);
    Message<ValueField> value(graph, field);
    value.add_string(ValueField::name, name);
    Message<TypeField> type(value, ValueField::type);
    Message<TensorTypeField> tensor(type, TypeField::tensor);
    tensor.add_int32(TensorTypeField::element, float_type);
    Message<ShapeField> extents(tensor, TensorTypeField::shape);
    Message<DimField>(extents, ShapeField::dim).add_string(DimField::parameter, "batch");
    std::vector<std::int64_t> fixed{shape.channels};
    if (!shape.is_vector) fixed.insert(fixed.end(), {shape.height, shape.width});
    for (const std::int64_t extent : fixed)
        Message<DimField>(extents, ShapeField::dim).add_int64(DimField::value, extent);
}

}  // namespace

void OnnxNodes::begin(const std::string& name, const std::string& description) {
    Message<GraphField> graph(out_);
    graph.add_string(GraphField::name, name);
    graph.add_string(GraphField::doc, description);
}

void OnnxNodes::add(const char* type, const Names& inputs, const Names& outputs, const std::string& name,
                    const Lists& lists, const Numbers& numbers, const Texts& texts) {
    Message<GraphField> graph(out_);
    Message<NodeField> node(graph, GraphField::node);
    for (const std::string& input : inputs) {
        const auto same = same_.find(input);
        node.add_string(NodeField::input, same == same_.end() ? input : same->second);
    }
    for (const std::string& output : outputs) node.add_string(NodeField::output, output);
    node.add_string(NodeField::name, name);
    node.add_string(NodeField::op_type, type);
    for (const auto& [key, list] : lists) {
        Message<AttributeField> attribute(node, NodeField::attribute);
        attribute.add_string(AttributeField::name, key);
        for (const std::int64_t v : list) attribute.add_int64(AttributeField::ints, v);
        attribute.add_int32(AttributeField::type, attribute_ints);
    }
    for (const auto& [key, number] : numbers) {
        Message<AttributeField> attribute(node, NodeField::attribute);
        attribute.add_string(AttributeField::name, key);
        attribute.add_int64(AttributeField::i, number);
        attribute.add_int32(AttributeField::type, attribute_int);
    }
    for (const auto& [key, text] : texts) {
        Message<AttributeField> attribute(node, NodeField::attribute);
        attribute.add_string(AttributeField::name, key);
        attribute.add_bytes(AttributeField::s, text);
        attribute.add_int32(AttributeField::type, attribute_string);
    }
}

void OnnxNodes::write_tensor(const std::string& name, const Extents& extents, const std::vector<float>& values) {
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    const std::size_t digest = std::hash<std::string_view>{}(bytes);
    for (auto [it, end] = written_.equal_range(digest); it != end; ++it) {
        const Written& other = it->second;
        if (other.extents != extents ||
            std::string_view(out_).substr(0, other.end).substr(other.end - bytes.size()) != bytes)
            continue;
        same_[name] = other.name;
        return;
    }
    append_tensor(out_, name, extents, float_type, values);  // the bytes are its last field
    written_.insert({digest, {name, extents, out_.size()}});
}
void OnnxNodes::write_whole_numbers(const std::string& name, const Extents& values) {
    append_tensor(out_, name, {std::ssize(values)}, int64_type, values);
}

void OnnxNodes::add_mean(const std::string& x, const std::string& y, const std::string& name, std::int64_t axis) {
    if (opset_ < 18) return add("ReduceMean", {x}, y, name, {{"axes", {axis}}});
    write_whole_numbers(y + "_axes", {axis});
    add("ReduceMean", {x, y + "_axes"}, y, name);
}
void OnnxNodes::add_squeeze(const std::string& x, const std::string& y, const std::string& name, std::int64_t axis) {
    if (opset_ < 13) return add("Squeeze", {x}, y, name, {{"axes", {axis}}});
    write_whole_numbers(y + "_axes", {axis});
    add("Squeeze", {x, y + "_axes"}, y, name);
}
void OnnxNodes::add_softmax(const std::string& x, const std::string& y, const std::string& name, Shape shape) {
    if (opset_ >= 13 || shape.is_vector) return add("Softmax", {x}, y, name, {}, {{"axis", 1}});
    // Before 13 it goes over all axes from that one on.
    add("Transpose", {x}, y + "_channels_last", name + " (channels last)", {{"perm", {0, 2, 3, 1}}});
    add("Softmax", {y + "_channels_last"}, y + "_of_channels", name, {}, {{"axis", 3}});
    add("Transpose", {y + "_of_channels"}, y, name + " (channels first)", {{"perm", {0, 3, 1, 2}}});
}

void OnnxNodes::add_input(const std::string& name, Shape shape) { write_value(out_, GraphField::input, name, shape); }
void OnnxNodes::add_output(const std::string& name, Shape shape) { write_value(out_, GraphField::output, name, shape); }

}  // namespace tn
