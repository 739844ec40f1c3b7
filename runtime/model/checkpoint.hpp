// Checkpoints: a model's tensors with the network's description, classes and preprocessing; all or nothing.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/io/safetensors.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/network_of.hpp"

namespace tn {

/// What a program must know besides the weights.
struct CheckpointInfo {
    std::string description;  ///< of the network, as Net::description() gives it
    std::vector<std::string> classes;
    Normalise normalise;
    std::uint64_t step = 0, seed = 0;
    std::map<std::string, std::string> more;  ///< anything else, under keys of its own
};

std::map<std::string, std::string> to_metadata(const CheckpointInfo& info);
/// Throws Error naming the file when an entry is missing or not as it must be.
CheckpointInfo checkpoint_info(const Safetensors& file, const std::string& path);

/// The first part in which two descriptions differ: "layer 4 is Conv<32, 3> in the file, but Conv<16, 3> here".
std::string first_difference(const std::string& in_file, const std::string& here);

/// Saves every parameter and state, and with `optimizer_too` the optimizer's states, so that training goes on from it;
/// `more` are tensors of names that the model does not have.
template <class M>
void save_checkpoint(const std::filesystem::path& path, M& model, CheckpointInfo info, bool optimizer_too = false,
                     std::span<const TensorView> more = {}) {
    info.description = description_of(model);
    info.step = model.step();
    info.seed = model.seed();
    std::vector<TensorView> views;
    for (const auto& t : model.tensors()) {
        std::vector<std::int64_t> shape;
        for (int i = 0; i < t.parameter.rank; ++i) shape.push_back(t.parameter.extent[i]);
        views.push_back({t.name, shape, t.values});
        for (int k = 0; optimizer_too && t.trained && k < M::optimizer::states; ++k)
            views.push_back({"optimizer." + std::to_string(k) + "." + t.name, shape, model.optimizer_state(t, k)});
    }
    views.insert(views.end(), more.begin(), more.end());
    write_safetensors(path, views, to_metadata(info));
}

/// Loads what save_checkpoint saved. Throws Error that names the first layer or tensor that differs, and then leaves
/// the model as it was.
template <class M>
CheckpointInfo load_checkpoint(const std::filesystem::path& path, M& model, bool optimizer_too = false) {
    using T = typename M::value;
    const Safetensors file(path);
    CheckpointInfo info = checkpoint_info(file, path.string());
    if (const std::string here = description_of(model); info.description != here)
        throw Error(path.string() + ": is of another network: " + first_difference(info.description, here));
    std::vector<std::pair<std::span<const float>, std::span<T>>> copies;
    const auto want = [&](const std::string& name, std::span<T> to) {
        const auto* entry = file.find(name);
        if (!entry || entry->dtype != "F32" || entry->data.size() != to.size())
            throw Error(path.string() + ": must have the tensor '" + name + "' with " + std::to_string(to.size()) +
                        " values");
        copies.emplace_back(entry->data, to);
    };
    for (const auto& t : model.tensors()) {
        want(t.name, t.values);
        for (int k = 0; optimizer_too && t.trained && k < M::optimizer::states; ++k)
            want("optimizer." + std::to_string(k) + "." + t.name, model.optimizer_state(t, k));
    }
    for (auto& [from, to] : copies) std::copy(from.begin(), from.end(), to.begin());
    model.step(info.step);
    return info;
}

}  // namespace tn
