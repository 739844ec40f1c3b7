// Weights of other programs: the named tensors of a safetensors or PyTorch file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tn {

struct NamedTensor {
    std::string name;
    std::string dtype;  ///< as safetensors calls it: F32, F16, BF16, F64, I64
    std::vector<std::int64_t> shape;
    std::vector<float> values;  ///< empty where dtype is not one of these four
};

/// The tensors of a file, in its order: safetensors, or what torch.save wrote of a state_dict (or of a checkpoint that
/// has one as state_dict, model or model_state_dict), zipped or in the format before PyTorch 1.6. What the file is its
/// bytes say. Nothing in it is executed: a pickle that names anything but tensors and dictionaries is refused. Throws
/// Error "path: reason" when anything is not as it must be.
std::vector<NamedTensor> read_weights_file(const std::filesystem::path& path);

}  // namespace tn
