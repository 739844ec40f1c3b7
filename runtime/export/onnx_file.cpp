#include "runtime/export/onnx_file.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <filesystem>
#include <protozero/pbf_reader.hpp>
#include <string_view>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/export/onnx_beside.hpp"

namespace tn {

namespace {

using onnx::FilesBeside;

/// Of a field that is written in another way than its type is, protozero asks its caller to take care.
class Reader : public protozero::pbf_reader {
    using Base = protozero::pbf_reader;
    using Type = protozero::pbf_wire_type;

    Reader& expect(Type type) {
        if (wire_type() != type) throw protozero::invalid_tag_exception();
        return *this;
    }

public:
    using Base::Base;
    Reader(const Base& other) : Base(other) {}

    Reader get_message() { return expect(Type::length_delimited).Base::get_message(); }
    std::string get_string() { return expect(Type::length_delimited).Base::get_string(); }
    protozero::data_view get_view() { return expect(Type::length_delimited).Base::get_view(); }
    std::int64_t get_int64() { return expect(Type::varint).Base::get_int64(); }
    std::int32_t get_int32() { return expect(Type::varint).Base::get_int32(); }
    float get_float() { return expect(Type::fixed32).Base::get_float(); }
    auto get_packed_int64() { return expect(Type::length_delimited).Base::get_packed_int64(); }
    auto get_packed_float() { return expect(Type::length_delimited).Base::get_packed_float(); }
    auto get_packed_double() { return expect(Type::length_delimited).Base::get_packed_double(); }
};

/// A repeated number, packed or not.
void add_numbers(Reader& field, std::vector<std::int64_t>& to) {
    if (field.wire_type() == protozero::pbf_wire_type::varint) return to.push_back(field.get_int64());
    for (const auto v : field.get_packed_int64()) to.push_back(v);
}

template <class Stored, class Value> void read_raw(std::string_view bytes, std::vector<Value>& to) {
    if (bytes.size() % sizeof(Stored) != 0) throw Error("a constant's bytes are no whole numbers of values");
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Stored)) {
        Stored value;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        to.push_back(static_cast<Value>(value));
    }
}

std::pair<std::string, std::string> entry_of(Reader message) {
    std::pair<std::string, std::string> entry;
    while (message.next()) switch (message.tag()) {
            case 1: entry.first = message.get_string(); break;
            case 2: entry.second = message.get_string(); break;
            default: message.skip();
        }
    return entry;
}

OnnxTensor tensor_of(Reader message, std::string& name, FilesBeside& files) {
    OnnxTensor tensor;
    std::string_view raw;
    std::map<std::string, std::string> where;
    int type = 0;
    bool elsewhere = false;
    while (message.next()) switch (message.tag()) {
            case 1: add_numbers(message, tensor.extents); break;
            case 2: type = message.get_int32(); break;
            case 4:
                if (message.wire_type() == protozero::pbf_wire_type::fixed32)
                    tensor.values.push_back(message.get_float());
                else
                    for (const float v : message.get_packed_float()) tensor.values.push_back(v);
                break;
            case 7: add_numbers(message, tensor.numbers); break;
            case 8: name = message.get_string(); break;
            case 9: {
                const auto view = message.get_view();
                raw = {view.data(), view.size()};
                break;
            }
            case 10:
                for (const double v : message.get_packed_double()) tensor.values.push_back(static_cast<float>(v));
                break;
            case 13: where.insert(entry_of(message.get_message())); break;
            case 14: elsewhere = message.get_int32() != 0; break;
            default: message.skip();
        }
    if (elsewhere) raw = files.bytes(name, where);
    constexpr int of_float = 1, of_int64 = 7, of_double = 11;
    if (type == of_float)
        read_raw<float>(raw, tensor.values);
    else if (type == of_double)
        read_raw<double>(raw, tensor.values);
    else if (type == of_int64)
        read_raw<std::int64_t>(raw, tensor.numbers);
    std::uint64_t size = 1;
    for (const std::int64_t extent : tensor.extents) {
        if (extent < 0 || extent > (std::int64_t{1} << 31)) throw Error("the constant '" + name + "' has no size");
        size = std::min<std::uint64_t>(size * extent, std::uint64_t{1} << 32);
    }
    const bool known = type == of_float || type == of_double || type == of_int64;
    if (known && tensor.values.size() + tensor.numbers.size() != size)
        throw Error("the constant '" + name + "' has not as many values as its extents say");
    return tensor;
}

void read_attribute(Reader message, OnnxNode& node, FilesBeside& files) {
    std::string name, unused;
    while (message.next()) switch (message.tag()) {
            case 1: name = message.get_string(); break;
            case 2: node.floats[name] = message.get_float(); break;
            case 3: node.numbers[name] = {message.get_int64()}; break;
            case 4: node.texts[name] = message.get_string(); break;
            case 5: node.tensors[name] = tensor_of(message.get_message(), unused, files); break;
            case 8: add_numbers(message, node.numbers[name]); break;
            default: message.skip();
        }
}

OnnxNode node_of(Reader message, FilesBeside& files) {
    OnnxNode node;
    while (message.next()) switch (message.tag()) {
            case 1: node.inputs.push_back(message.get_string()); break;
            case 2: node.outputs.push_back(message.get_string()); break;
            case 3: node.name = message.get_string(); break;
            case 4: node.type = message.get_string(); break;
            case 5: read_attribute(message.get_message(), node, files); break;
            default: message.skip();
        }
    if (node.outputs.empty()) throw Error(node.words() + ": has no output");
    return node;
}

/// The extents of a ValueInfo, whose type holds a tensor's type, which holds a shape of dimensions.
std::string value_of(Reader message, std::vector<std::int64_t>& extents) {
    std::string name;
    while (message.next()) {
        if (message.tag() == 1) {
            name = message.get_string();
        } else if (message.tag() == 2) {
            Reader type = message.get_message();
            while (type.next(1)) {
                Reader tensor = type.get_message();
                while (tensor.next(2)) {
                    Reader shape = tensor.get_message();
                    while (shape.next(1)) {
                        Reader dim = shape.get_message();
                        extents.push_back(0);
                        while (dim.next(1)) extents.back() = dim.get_int64();
                    }
                }
            }
        } else {
            message.skip();
        }
    }
    return name;
}

void read_graph(Reader message, OnnxModel& model, FilesBeside& files) {
    std::vector<std::int64_t> unused;
    while (message.next()) switch (message.tag()) {
            case 1: model.nodes.push_back(node_of(message.get_message(), files)); break;
            case 5: {
                std::string name;
                OnnxTensor tensor = tensor_of(message.get_message(), name, files);
                model.constants[name] = std::move(tensor);
                break;
            }
            case 11: {
                std::vector<std::int64_t> extents;
                const std::string name = value_of(message.get_message(), extents);
                model.inputs[name] = extents;
                break;
            }
            case 12: model.outputs.push_back(value_of(message.get_message(), unused)); break;
            default: message.skip();
        }
    for (const auto& [name, tensor] : model.constants) model.inputs.erase(name);
}

}  // namespace

std::string OnnxNode::words() const {
    return "node '" + (name.empty() && !outputs.empty() ? outputs[0] : name) + "' (" + type + ")";
}

std::int64_t OnnxNode::number(const std::string& attribute, std::int64_t otherwise) const {
    const auto found = numbers.find(attribute);
    return found == numbers.end() || found->second.empty() ? otherwise : found->second[0];
}

OnnxModel read_onnx(const std::string& path) { return parse_onnx(read_file(path, std::uint64_t{1} << 31), path); }

OnnxModel parse_onnx(std::span<const std::uint8_t> bytes, const std::string& path) {
    OnnxModel model;
    FilesBeside files(std::filesystem::path(path).parent_path());
    try {
        Reader message(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        while (message.next()) switch (message.tag()) {
                case 7: read_graph(message.get_message(), model, files); break;
                case 14: {
                    const auto [key, value] = entry_of(message.get_message());
                    model.metadata[key] = value;
                    break;
                }
                default: message.skip();
            }
    } catch (const Error& e) {
        throw Error(path + ": " + e.what());
    } catch (const protozero::exception&) {
        throw Error(path + ": is no ONNX model");
    }
    if (model.nodes.empty() || model.outputs.empty()) throw Error(path + ": is no ONNX model");
    return model;
}

}  // namespace tn
