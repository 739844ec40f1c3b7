#include "runtime/int8/int8_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <deque>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

static_assert(std::endian::native == std::endian::little, "files hold numbers as the processor does");

constexpr const char* kind_key = "weights_as";

/// Tensors to be written, with their values.
class Tensors {
public:
    template <class T>
    void add(std::string name, std::string dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
        const auto bytes = std::as_bytes(std::span(values));
        kept_.emplace_back(bytes.begin(), bytes.end());
        all_.push_back({std::move(name), std::move(dtype), std::move(shape), kept_.back()});
    }
    std::span<const TensorBytes> all() const { return all_; }

private:
    std::deque<std::vector<std::byte>> kept_;
    std::vector<TensorBytes> all_;
};

template <class T, class From> std::vector<T> converted(const std::vector<From>& from) {
    std::vector<T> to;
    for (const From& v : from) to.push_back(static_cast<T>(v));
    return to;
}

class Reader {
public:
    Reader(const Safetensors& file, std::string path) : file_(file), path_(std::move(path)) {}

    [[noreturn]] void fail(const std::string& reason) const { throw Error(path_ + ": " + reason); }

    /// The tensor's values. `layer` is said where it is not as it must be.
    template <class T>
    std::vector<T> values(const std::string& name, const char* dtype, std::size_t count,
                          const std::string& layer) const {
        const Safetensors::Entry* entry = file_.find(name);
        const auto bytes = !entry                     ? std::span<const std::byte>{}
                           : std::is_same_v<T, float> ? std::as_bytes(entry->data)
                                                      : entry->bytes;
        if (!entry || entry->dtype != dtype || bytes.size() != count * sizeof(T))
            fail(fmt::format("must have the tensor '{}' with {} values of {}, for {}", name, count, dtype, layer));
        std::vector<T> values(count);
        if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
        return values;
    }

private:
    const Safetensors& file_;
    std::string path_;
};

std::string layer_of(const GraphNode& node) { return "layer " + node.layer; }

/// Of a layer whose weights in fp32 have the sizes of `node`. That these are what quantised_weights() gives keeps sums
/// within 32 bits, and products of two within 16.
QuantisedWeights read_weights(const Reader& reader, const GraphNode& node, const WeightedLayer& layer) {
    const std::size_t weights = node.tensors[0].size(), outputs = node.tensors[1].size(), each = weights / outputs;
    const std::string at = std::to_string(layer.node), name = layer_of(node);
    const auto weight = reader.values<std::int8_t>(at + ".weight", "I8", weights, name);
    const auto bias = reader.values<std::int32_t>(at + ".bias", "I32", outputs, name);
    const auto scale = reader.values<double>(at + ".scale", "F64", outputs, name);
    for (std::size_t i = 0; i < weights; ++i) {
        const int size = std::abs(int{weight[i]});
        if (size > 127) reader.fail(fmt::format("'{}.weight' must be of -127 to 127, for {}", at, name));
        const std::size_t in_output = i % each;
        if (layer.pairs.begins(in_output) && size + std::abs(int{weight[i + layer.pairs.apart]}) > 128)
            reader.fail(fmt::format("'{}.weight' must have pairs that are together at most 128, for {}", at, name));
    }
    for (std::size_t f = 0; f < outputs; ++f) {
        // As quantised_weights() bounds it: 2^29 for the layer's own, and what zero's byte takes off.
        if (std::abs(std::int64_t{bias[f]}) > (std::int64_t{1} << 29) + static_cast<std::int64_t>(each) * 255 * 127)
            reader.fail(fmt::format("'{}.bias' is too large for sums of 32 bits, for {}", at, name));
        if (!(scale[f] > 0) || !std::isfinite(scale[f]))
            reader.fail(fmt::format("'{}.scale' must be finite and above 0, for {}", at, name));
    }
    return {converted<float>(weight), {bias.begin(), bias.end()}, scale};
}

}  // namespace

void save_int8(const std::filesystem::path& path, const QuantisedGraph& quantised, CheckpointInfo info) {
    Tensors tensors;
    const auto size = [](std::size_t count) { return static_cast<std::int64_t>(count); };
    for (std::size_t i = 0; i < quantised.graph.nodes.size(); ++i) {
        const std::string at = std::to_string(i);
        const auto& own = quantised.graph.nodes[i].tensors;
        for (std::size_t k = 0; k < own.size(); ++k)
            tensors.add(at + ".tensor." + std::to_string(k), "F32", {size(own[k].size())}, own[k]);
        const QuantisedWeights& w = quantised.weights[i];
        if (w.scale.empty()) continue;
        const std::int64_t outputs = size(w.scale.size());
        tensors.add(at + ".weight", "I8", {outputs, size(w.weight.size()) / outputs}, converted<std::int8_t>(w.weight));
        tensors.add(at + ".bias", "I32", {outputs}, converted<std::int32_t>(w.bias));
        tensors.add(at + ".scale", "F64", {outputs}, w.scale);
    }
    std::vector<float> scale;
    std::vector<std::uint8_t> zero;
    for (const Quantisation& q : quantised.plan.quantisation) {
        scale.push_back(q.scale);
        zero.push_back(static_cast<std::uint8_t>(q.zero));
    }
    tensors.add("values.scale", "F32", {size(scale.size())}, scale);
    tensors.add("values.zero", "U8", {size(zero.size())}, zero);
    info.description = quantised.graph.description;
    info.more[kind_key] = "int8";
    write_typed_safetensors(path, tensors.all(), to_metadata(info));
}

bool is_int8(const Safetensors& file) {
    const auto kind = file.all_metadata().find(kind_key);
    return kind != file.all_metadata().end() && kind->second == "int8";
}

Int8File load_int8(const std::filesystem::path& path, InferenceGraph graph) {
    const Safetensors file(path);
    const Reader reader(file, path.string());
    if (!is_int8(file)) reader.fail("is not a network in int8: its metadata must have 'weights_as' with 'int8'");
    Int8File loaded{{}, checkpoint_info(file, path.string())};
    if (loaded.info.description != graph.description)
        reader.fail("is of another network: " + first_difference(loaded.info.description, graph.description));
    QuantisedGraph& q = loaded.quantised;
    q.plan = int8_plan(graph, std::vector<ValueRange>(graph.values.size()));
    const auto scale = reader.values<float>("values.scale", "F32", graph.values.size(), "all layers");
    const auto zero = reader.values<std::uint8_t>("values.zero", "U8", graph.values.size(), "all layers");
    for (std::size_t i = 0; i < scale.size(); ++i) {
        if (!(scale[i] > 0) || !std::isfinite(scale[i])) reader.fail("'values.scale' must be finite and above 0");
        q.plan.quantisation[i] = {scale[i], zero[i]};
    }
    q.weights.resize(graph.nodes.size());
    for (const WeightedLayer& layer : weighted_layers(graph, q.plan)) {
        GraphNode& node = graph.nodes[layer.node];
        q.weights[layer.node] = read_weights(reader, node, layer);
        node.tensors.clear();
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (std::size_t k = 0; k < graph.nodes[i].tensors.size(); ++k) {
            auto& tensor = graph.nodes[i].tensors[k];
            tensor =
                reader.values<float>(fmt::format("{}.tensor.{}", i, k), "F32", tensor.size(), layer_of(graph.nodes[i]));
        }
    q.graph = std::move(graph);
    return loaded;
}

}  // namespace tn
