#include "runtime/export/header_weights.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/export/cpp_formula.hpp"

namespace tn {

namespace {

/// The nearest number of half precision, of equals the even one; it must be at most 65504.
std::uint16_t to_half(float value) {
    const std::uint16_t sign = std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000;
    const float size = std::abs(value);
    if (size < 0x1p-14f) return static_cast<std::uint16_t>(sign | static_cast<int>(std::nearbyint(size * 0x1p24f)));
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(size) - (112u << 23);
    return static_cast<std::uint16_t>(sign | (bits + 0xfff + (bits >> 13 & 1)) >> 13);
}

std::uint32_t bits_of(float value, NumberType type) {
    if (type == NumberType::fp32) return std::bit_cast<std::uint32_t>(value);
    return type == NumberType::fp16 ? to_half(value) : static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

template <class Values, class Text> std::string lines_of(const Values& values, Text text_of) {
    std::string text;
    std::size_t line = 0;
    for (const auto v : values) {
        text += text_of(v);
        text += text.size() - line > 110 ? ",\n" : ", ";
        if (text.back() == '\n') line = text.size();
    }
    return text;
}

/// weight_3, bias_3; what else node 3 has is tensor_3_2, tensor_3_3, ...
std::string tensor_name(std::size_t tensor, std::size_t node) {
    return tensor > 1 ? fmt::format("tensor_{}_{}", node, tensor)
                      : fmt::format("{}_{}", tensor == 0 ? "weight" : "bias", node);
}

}  // namespace

std::vector<float> pack_filters(const std::vector<float>& weight, int filters, int channels, int taps, int block) {
    std::vector<float> packed;
    packed.reserve((filters + 15) / 16 * 16 * Index{channels} * taps);
    for (int first = 0; first < filters; first += 16)
        for (int b = 0; b < channels; b += block)
            for (int tap = 0; tap < taps; ++tap)
                for (int c = b; c < channels && c < b + block; ++c)
                    for (int f = first; f < first + 16; ++f)
                        packed.push_back(f < filters ? weight[(Index{f} * channels + c) * taps + tap] : 0.0f);
    return packed;
}

std::vector<float> pack_channels(const std::vector<float>& values, int channels, int each) {
    return pack_filters(values, channels, 1, each, 1);
}

std::string HeaderWeights::add(std::vector<float> values, std::size_t node, std::size_t tensor,
                               const std::string& layer, NumberType type) {
    if (type == NumberType::fp16)
        for (const float v : values)
            if (!(std::abs(v) < 65520.0f)) throw Error("layer " + layer + ": has a weight too large for fp16");
    if (layer != layer_) text_ += fmt::format("\n// {}\n", layer);
    layer_ = layer;
    const std::string name = tensor_name(tensor, node);
    const std::size_t digest =
        std::hash<std::string_view>{}({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    const auto [begin, end] = known_.equal_range(digest);
    for (auto it = begin; it != end; ++it)
        if (it->second.type == type && it->second.values == values) {
            text_ += fmt::format("inline constexpr const auto& {} = {};\n", name, it->second.name);
            return "weights::" + name;
        }
    text_ += write(values, name, type);
    known_.insert({digest, {std::move(values), name, type}});
    return "weights::" + name;
}

std::string HeaderWeights::write(const std::vector<float>& values, const std::string& name, NumberType type) {
    static constexpr const char* names[] = {"float", "unsigned short", "signed char", "int", "unsigned char"};
    static constexpr int bytes_of[] = {4, 2, 1, 4, 1};
    const auto at_type = static_cast<std::size_t>(type);
    if (as_block_) {
        block_.resize((block_.size() + 63) / 64 * 64);
        const std::size_t at = block_.size();
        for (const float v : values)
            for (int byte = 0; byte < bytes_of[at_type]; ++byte)
                block_ += static_cast<char>(bits_of(v, type) >> 8 * byte);
        return fmt::format("inline constexpr Place<{}> {}{{{}}};\n", names[at_type], name, at);
    }
    const std::string text = lines_of(values, [&](float v) {
        if (type == NumberType::fp32) return float_literal(v);
        return type == NumberType::fp16 ? fmt::format("{}", to_half(v)) : fmt::format("{}", static_cast<int>(v));
    });
    return fmt::format("alignas(64) inline constexpr {} {}[] = {{\n{}}};\n", names[at_type], name, text);
}

}  // namespace tn
