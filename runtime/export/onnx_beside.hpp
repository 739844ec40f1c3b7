// Constants that an ONNX model keeps in files beside it, as PyTorch writes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/core/mapped_file.hpp"

namespace tn::onnx {

/// The files beside a model, each opened once.
class FilesBeside {
public:
    /// `folder` is the model's.
    explicit FilesBeside(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The bytes that a constant's external_data names: `location`, a path in the folder, and `offset` and `length`,
    /// from the beginning and to the end without them. They stay as long as this object. Throws Error naming the
    /// constant where the file leaves the folder, is not there, or is shorter.
    std::string_view bytes(const std::string& constant, const std::map<std::string, std::string>& where);

private:
    std::filesystem::path folder_;
    std::map<std::string, std::unique_ptr<MappedFile>> files_;
};

}  // namespace tn::onnx
