#include "runtime/model/weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/io/number_formats.hpp"

namespace tn::detail {

namespace {

std::string text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace

bool only_for_training(const std::string& name) {
    return name.starts_with("optimizer.") || name.ends_with(".num_batches_tracked");
}

std::vector<const Safetensors::Entry*> choose_weights(const Safetensors& file, const std::string& path,
                                                      const std::vector<Wanted>& wanted) {
    std::vector<const Safetensors::Entry*> chosen;
    for (const Wanted& w : wanted) {
        const Safetensors::Entry* entry = file.find(w.name);
        if (!entry) throw Error(fmt::format("{}: must have the tensor '{}' of shape {}", path, w.name, text(w.shape)));
        if (number_format(entry->dtype) == NumberFormat::other)
            throw Error(
                fmt::format("{}: the tensor '{}' must be F32, F16, BF16 or F64, not {}", path, w.name, entry->dtype));
        std::vector<std::int64_t> fewer = w.shape;
        if (w.fewer_rows > 0) fewer[0] = w.fewer_rows;
        if (entry->shape != w.shape && entry->shape != fewer)
            throw Error(fmt::format("{}: the tensor '{}' must have the shape {}, not {}", path, w.name, text(w.shape),
                                    text(entry->shape)));
        chosen.push_back(entry);
    }
    for (const auto& entry : file.tensors())
        if (!only_for_training(entry.name) && std::find(chosen.begin(), chosen.end(), &entry) == chosen.end())
            throw Error(
                fmt::format("{}: has the tensor '{}', which the network does not have (a layer right before BN "
                            "has no bias)",
                            path, entry.name));
    return chosen;
}

}  // namespace tn::detail
