// Weights that another program trained, taken over by the names that it gives them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "runtime/io/weights_file.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/weights.hpp"

namespace tn {

/// What was found in the file.
struct Pretrained {
    std::string prefix;          ///< stands before every name there, as "module."
    bool head = false;           ///< its last layer has as many outputs as count, and was taken over, too
    std::int64_t head_rows = 0;  ///< how many outputs it has; 0: the file has no such layer
};

/// Whether the file has the tensors of one of these lists, but for the last layer.
bool fits_names(const std::vector<NamedTensor>& file, std::span<const std::vector<std::string>> names);

namespace detail {

struct ChosenTensors {
    Pretrained found;
    std::vector<const NamedTensor*> tensors;  ///< in the model's order, null for those that are not taken over
};

/// `wanted` are the model's tensors, the last layer's two at the end, and `active` its outputs that count. Throws Error
/// that lists what the file lacks, what has another shape and what the network does not have.
ChosenTensors choose_pretrained(const std::vector<NamedTensor>& file, const std::string& path,
                                const std::vector<Wanted>& wanted, std::span<const std::vector<std::string>> names,
                                int active);

}  // namespace detail

/// Takes the weights of every layer from the file; of the last one only where it has as many outputs as are active.
/// `names` are lists of what the model's tensors are called in such files, in the model's order. Throws Error naming
/// the file when none of them fits, and then leaves the model as it was.
template <class M>
Pretrained load_pretrained(const std::vector<NamedTensor>& file, const std::string& path, M& model,
                           std::span<const std::vector<std::string>> names) {
    const auto tensors = model.tensors();
    std::vector<detail::Wanted> wanted;
    for (const auto& t : tensors) wanted.push_back({t.name, detail::shape_of(t)});
    const detail::ChosenTensors chosen = detail::choose_pretrained(file, path, wanted, names, model.active_outputs());
    for (std::size_t i = 0; i < tensors.size(); ++i)
        if (chosen.tensors[i]) std::ranges::copy(chosen.tensors[i]->values, tensors[i].values.begin());
    return chosen.found;
}

}  // namespace tn
