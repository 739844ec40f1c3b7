// What torch.save wrote of a state_dict: a zip archive, or the pickles of PyTorch before 1.6.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/io/weights_file.hpp"

namespace tn {

/// Whether the bytes begin as torch.save writes them.
bool is_torch_file(std::span<const std::uint8_t> bytes);

/// Its tensors, in the order of the state_dict; `name` stands before the reason of an error. See read_weights_file.
std::vector<NamedTensor> read_torch_file(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace tn
