// Other values for a model's tensors, kept beside it: an average, the best so far.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/io/safetensors.hpp"

namespace tn {

/// A value for every parameter and state of a model. Allocates at construction only.
class WeightSnapshot {
public:
    /// Begins with the model's values; a checkpoint has them as tensors "PREFIX.NAME".
    template <class M> WeightSnapshot(const M& model, std::string prefix) : prefix_(std::move(prefix)) {
        for (const auto& t : model.tensors()) values_.emplace_back(t.values.begin(), t.values.end());
    }

    /// Takes the model's values.
    template <class M> void copy(const M& model) {
        auto kept = values_.begin();
        for (const auto& t : model.tensors()) std::copy(t.values.begin(), t.values.end(), (kept++)->begin());
    }

    /// Exchanges what is kept with the model's values.
    template <class M> void swap(M& model) {
        auto kept = values_.begin();
        for (const auto& t : model.tensors()) std::swap_ranges(t.values.begin(), t.values.end(), (kept++)->begin());
    }

    /// Tensors for a checkpoint of the model; valid as long as this is.
    template <class M> std::vector<TensorView> views(const M& model) const {
        std::vector<TensorView> all;
        for (const auto& t : model.tensors())
            all.push_back({prefix_ + "." + t.name, {static_cast<std::int64_t>(t.values.size())}, values_[all.size()]});
        return all;
    }

    /// Takes what views() saved. Throws Error naming the file when a tensor is missing or of another size; nothing is
    /// changed then.
    template <class M> void restore(const M& model, const Safetensors& file, const std::string& path) {
        std::vector<std::vector<float>> read;
        for (const auto& t : model.tensors()) {
            const std::string name = prefix_ + "." + t.name;
            const auto* entry = file.find(name);
            if (!entry || entry->data.size() != t.values.size())
                throw Error(path + ": must have the tensor '" + name + "' with " + std::to_string(t.values.size()) +
                            " values");
            read.emplace_back(entry->data.begin(), entry->data.end());
        }
        values_ = std::move(read);
    }

protected:
    std::vector<std::vector<float>> values_;

private:
    std::string prefix_;
};

}  // namespace tn
