// An ONNX model file as it is: nodes, constants and metadata.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tn {

struct OnnxTensor {
    std::vector<std::int64_t> extents;
    std::vector<float> values;          ///< of FLOAT and DOUBLE
    std::vector<std::int64_t> numbers;  ///< of INT64
};

struct OnnxNode {
    std::string name, type;
    std::vector<std::string> inputs, outputs;
    std::map<std::string, std::vector<std::int64_t>> numbers;  ///< attributes of whole numbers, one or several
    std::map<std::string, float> floats;
    std::map<std::string, std::string> texts;
    std::map<std::string, OnnxTensor> tensors;

    /// "node 'conv_3' (Conv)"
    std::string words() const;
    std::int64_t number(const std::string& attribute, std::int64_t otherwise) const;
};

struct OnnxModel {
    std::vector<OnnxNode> nodes;
    std::map<std::string, OnnxTensor> constants;
    std::map<std::string, std::vector<std::int64_t>> inputs;  ///< that are no constants, with their extents; 0: any
    std::vector<std::string> outputs;
    std::map<std::string, std::string> metadata;
};

/// With the constants that lie in other files of the model's folder. Throws Error naming the file where it is no ONNX
/// model, or a constant is not where it says. Constants of other types than those above have no values.
OnnxModel read_onnx(const std::string& path);
/// The same of a file's bytes; other files are looked for beside `path`.
OnnxModel parse_onnx(std::span<const std::uint8_t> bytes, const std::string& path);

}  // namespace tn
