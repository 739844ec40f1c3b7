// JSON read by its events, without a tree of values in between: nlohmann's tree takes memory while it is destroyed, and
// the program ends where there is none.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

/// What the header of a safetensors file says.
struct SafetensorsHeader {
    struct Tensor {
        std::string name, dtype;
        std::vector<std::int64_t> shape, offsets;
    };
    std::vector<Tensor> tensors;  ///< in the file's order, no name twice
    std::map<std::string, std::string> metadata;
};

/// Throws Error with the reason, "its header ...": it is no JSON, a tensor has no dtype, shape or data_offsets, or one
/// of these is of another kind. What else a tensor has is passed over.
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> json);

/// A list of texts, and of numbers. Throw Error with the reason when it is something else.
std::vector<std::string> parse_json_texts(std::string_view json);
std::vector<double> parse_json_numbers(std::string_view json);

/// A text in quotation marks; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const std::string& text);

}  // namespace tn
