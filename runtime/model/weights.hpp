// Weights alone, exchanged with other programs: safetensors with the names of a PyTorch state_dict.
#pragma once

#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/io/safetensors.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/network_of.hpp"

namespace tn {

namespace detail {

/// A tensor that a model wants from a file.
struct Wanted {
    std::string name;
    std::vector<std::int64_t> shape;
    std::int64_t fewer_rows = 0;  ///< if not 0: so many rows will do, the others become 0
};

template <class T> std::vector<std::int64_t> shape_of(const Tensor<T>& t) {
    return {t.parameter.extent.begin(), t.parameter.extent.begin() + t.parameter.rank};
}

/// Whether it is a state of an optimizer or PyTorch's count of batches.
bool only_for_training(const std::string& name);

/// The entry of every wanted tensor. Throws Error naming the file and the first tensor that is missing, has another
/// shape or type, or is in the file but not wanted; what training alone needs is left aside.
std::vector<const Safetensors::Entry*> choose_weights(const Safetensors& file, const std::string& path,
                                                      const std::vector<Wanted>& wanted);

}  // namespace detail

/// Saves every parameter and running statistic, and nothing else, under the names that a PyTorch Sequential of the same
/// layers has: there `model.load_state_dict(safetensors.torch.load_file(path))` reads it.
template <class M> void save_weights(const std::filesystem::path& path, const M& model) {
    std::vector<TensorView> views;
    for (const auto& t : model.tensors()) views.push_back({t.name, detail::shape_of(t), t.values});
    write_safetensors(path, views, {{"format", "pt"}});
}

/// Loads weights from any safetensors file that has them under these names: one that PyTorch wrote, a checkpoint, or
/// save_weights' own. The optimizer's states and PyTorch's num_batches_tracked are left aside. The last layer may have
/// only as many outputs as are active. Throws Error naming the first tensor that does not fit, and then leaves the
/// model as it was.
template <class M> void load_weights(const std::filesystem::path& path, M& model) {
    const Safetensors file(path);
    const auto tensors = model.tensors();
    const auto layer_of = [](const std::string& name) { return name.substr(0, name.rfind('.')); };
    std::vector<detail::Wanted> wanted;
    for (const auto& t : tensors) {
        const bool last =
            layer_of(t.name) == layer_of(tensors.back().name) && t.parameter.extent[0] == outputs_of(model);
        wanted.push_back({t.name, detail::shape_of(t), last ? model.active_outputs() : 0});
    }
    const auto found = detail::choose_weights(file, path.string(), wanted);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& from = found[i]->data;
        std::copy(from.begin(), from.end(), tensors[i].values.begin());
        std::fill(tensors[i].values.begin() + from.size(), tensors[i].values.end(), typename M::value(0));
    }
}

}  // namespace tn
